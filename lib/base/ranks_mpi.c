/* Ranks by MPI, where the Makefile asks for it (MPI=1); else a process is alone. */
#include "base/ranks.h"

#ifndef SK_MPI

int sk_ranks_start(struct sk_ranks **ranks, int *argc, char ***argv, struct sk_error *err)
{
    (void)argc, (void)argv, (void)err;
    *ranks = NULL;
    return 0;
}

void sk_ranks_stop(struct sk_ranks *ranks)
{
    (void)ranks;
}

#else

#include <assert.h>
#include <limits.h>
#include <mpi.h>
#include <stdlib.h>

#include "base/memory.h"

/* Bytes that a broadcast sends at a time. */
enum { PIECE = 1 << 28 };

struct communicator {
    struct sk_ranks ranks;
    int *count[2], *place[2]; /* [ranks.count]: of what goes out and of what comes in */
};

/* MPI's counts and places are ints. */
static void set_places(const struct sk_ranks *ranks, const size_t *bytes, int *count, int *place)
{
    size_t at = 0;
    for (size_t r = 0; r < ranks->count; r++) {
        assert(bytes[r] <= INT_MAX && at <= INT_MAX);
        count[r] = (int)bytes[r];
        place[r] = (int)at;
        at += bytes[r];
    }
}

static void gather(struct sk_ranks *ranks, const void *mine, const size_t *bytes, void *all)
{
    const struct communicator *c = ranks->self;
    set_places(ranks, bytes, c->count[1], c->place[1]);
    const int own = c->count[1][ranks->rank];
    const int there = mine == (const char *)all + c->place[1][ranks->rank];
    MPI_Allgatherv(there ? MPI_IN_PLACE : mine, own, MPI_BYTE, all, c->count[1], c->place[1], MPI_BYTE, MPI_COMM_WORLD);
    ranks->sent += bytes[ranks->rank] * (ranks->count - 1);
}

static void exchange(struct sk_ranks *ranks, const void *out, const size_t *to, void *in, const size_t *from)
{
    const struct communicator *c = ranks->self;
    set_places(ranks, to, c->count[0], c->place[0]);
    set_places(ranks, from, c->count[1], c->place[1]);
    MPI_Alltoallv(out, c->count[0], c->place[0], MPI_BYTE, in, c->count[1], c->place[1], MPI_BYTE, MPI_COMM_WORLD);
    for (size_t r = 0; r < ranks->count; r++)
        ranks->sent += r == ranks->rank ? 0 : to[r];
}

static void broadcast(struct sk_ranks *ranks, void *data, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += PIECE)
        MPI_Bcast((char *)data + at, (int)(bytes - at < PIECE ? bytes - at : PIECE), MPI_BYTE, 0, MPI_COMM_WORLD);
    ranks->sent += ranks->rank == 0 && ranks->count > 1 ? bytes : 0;
}

static size_t count_here(void)
{
    MPI_Comm here;
    int count;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &count);
    MPI_Comm_free(&here);
    return (size_t)count;
}

static int allocate(struct communicator *c, struct sk_error *err)
{
    for (int i = 0; i < 2; i++) {
        c->count[i] = sk_alloc(c->ranks.count, sizeof(int), err);
        c->place[i] = c->count[i] ? sk_alloc(c->ranks.count, sizeof(int), err) : NULL;
        if (!c->place[i])
            return -1;
    }
    return 0;
}

/* Threads are of the computation alone: the first one calls MPI, whose errors end all ranks. */
int sk_ranks_start(struct sk_ranks **ranks, int *argc, char ***argv, struct sk_error *err)
{
    struct communicator *c = sk_alloc(1, sizeof *c, err);
    int provided, rank, count;
    if (!c)
        return -1;
    if (MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
        free(c);
        return sk_fail(err, "MPI does not start");
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    c->ranks = (struct sk_ranks){.rank = (size_t)rank, .count = (size_t)count, .here = count_here(), .self = c, .gather = gather, .exchange = exchange,
                                 .broadcast = broadcast};
    *ranks = &c->ranks;
    if (count > SK_MAX_RANKS)
        return sk_fail(err, "%d ranks are more than %d", count, SK_MAX_RANKS);
    return allocate(c, err);
}

void sk_ranks_stop(struct sk_ranks *ranks)
{
    struct communicator *c = ranks->self;
    MPI_Finalize();
    for (int i = 0; i < 2; i++) {
        free(c->count[i]);
        free(c->place[i]);
    }
    free(c);
}

#endif
