#include "base/micro_batch.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd.h"

/* Floats that a thread adds at a time. */
enum { CHUNK = 8192 };

size_t sk_tree_split(size_t n)
{
    size_t split = 1;
    while (split < n - split)
        split *= 2;
    return split;
}

size_t sk_tree_levels(size_t leaves)
{
    size_t levels = 0;
    for (size_t left = leaves; left > 1; left -= left / 2)
        levels++;
    return levels;
}

/* Of 2^k leaves from a multiple of 2^k on, or fewer at the end. */
static bool is_node(size_t first, size_t count, size_t leaves)
{
    const size_t whole = count > 1 ? 2 * sk_tree_split(count) : 1;
    return count > 0 && count <= leaves - first && first % whole == 0 && (count == whole || first + count == leaves);
}

void sk_tree_start(struct sk_tree_sum *sum, size_t leaves, size_t first, size_t values, float *result, float *stack)
{
    sum->leaves = leaves;
    sum->values = values;
    sum->next = first;
    sum->nodes = 0;
    sum->result = result;
    sum->stack = stack;
}

/* Those of a binary number, the greatest first. */
void sk_tree_resume(struct sk_tree_sum *sum, size_t done)
{
    sum->next = done;
    sum->nodes = 0;
    if (done == sum->leaves)
        sum->node[sum->nodes++] = done;
    else
        for (size_t bit = SIZE_MAX / 2 + 1; bit > 0; bit /= 2)
            if (done & bit)
                sum->node[sum->nodes++] = bit;
}

float *sk_tree_node(const struct sk_tree_sum *sum, size_t i)
{
    return i == 0 ? sum->result : sum->stack + (i - 1) * sum->values;
}

SK_SIMD static void add(size_t n, float *restrict left, const float *restrict right)
{
    for (size_t i = 0; i < n; i++)
        left[i] += right[i];
}

static void join(size_t n, float *left, const float *right, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static) if (jobs > 1 && n > CHUNK)
    for (size_t i = 0; i < n; i += CHUNK)
        add(n - i < CHUNK ? n - i : CHUNK, left + i, right + i);
}

/* Whether the last two nodes are all of a node. */
static bool last_are_siblings(const struct sk_tree_sum *sum)
{
    if (sum->nodes < 2)
        return false;
    const size_t left = sum->node[sum->nodes - 2], right = sum->node[sum->nodes - 1];
    return left == sk_tree_split(left + right) && is_node(sum->next - left - right, left + right, sum->leaves);
}

void sk_tree_push(struct sk_tree_sum *sum, size_t count, int jobs)
{
    assert(sum->next < sum->leaves && is_node(sum->next, count, sum->leaves) && sum->nodes < SK_TREE_NODES);
    sum->node[sum->nodes++] = count;
    sum->next += count;
    for (; last_are_siblings(sum); sum->nodes--) {
        join(sum->values, sk_tree_node(sum, sum->nodes - 2), sk_tree_node(sum, sum->nodes - 1), jobs);
        sum->node[sum->nodes - 2] += sum->node[sum->nodes - 1];
    }
}
