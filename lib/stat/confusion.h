#ifndef SK_STAT_CONFUSION_H
#define SK_STAT_CONFUSION_H

#include "stat/scored.h"

/* The confusion matrix of one class against the rest. Whole numbers, as doubles: the rates are quotients of them. */
struct sk_confusion {
    double tp, fp, tn, fn;
};

/* Counts the sample's predictions (count NULL: every row once). */
struct sk_confusion sk_confusion_of(const struct sk_scored *scored, const uint32_t *count);

/* The rates. NaN where a rate is not defined (its denominator is 0). */
double sk_accuracy(const struct sk_confusion *m);          /* (tp + tn) / n */
double sk_sensitivity(const struct sk_confusion *m);       /* tp / (tp + fn), recall */
double sk_specificity(const struct sk_confusion *m);       /* tn / (tn + fp) */
double sk_precision(const struct sk_confusion *m);         /* tp / (tp + fp) */
double sk_npv(const struct sk_confusion *m);               /* tn / (tn + fn), negative predictive value */
double sk_f1(const struct sk_confusion *m);                /* 2 tp / (2 tp + fp + fn) */
double sk_balanced_accuracy(const struct sk_confusion *m); /* mean of sensitivity and specificity */
double sk_mcc(const struct sk_confusion *m);               /* Matthews' correlation of truth and prediction */

#endif
