#ifndef SK_DATA_CLASS_FOLDERS_H
#define SK_DATA_CLASS_FOLDERS_H

#include "data/samples.h"

/* Samples of photographs in class folders, with folders for the splits above or below them (SPLIT/CLASS, CLASS/SPLIT) or without,
   below any number of folders that hold but one other. What lies in no class folder, or beside the splits' folders, is left out, with
   a remark. 0, or -1 with err where it would be a guess which folders are classes or splits, or there are none. */
SK_MUST_CHECK int sk_class_folders(const struct sk_photographs *photographs, struct sk_samples *samples, struct sk_remarks *remarks,
                                   struct sk_error *err);

/* Whether a folder's name says nothing of what is in its images: "images", "HAM10000_images_part_1", "2". */
bool sk_folder_is_no_class(const char *name);

#endif
