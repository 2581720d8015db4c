/* Filling in an error. */
#ifndef CORNU_BASE_STATUS_H
#define CORNU_BASE_STATUS_H

#include "cornu.h"

/* Writes status and message (cut at the error's size) into *error, when that is not NULL, and
 * returns the status. */
__attribute__((format(printf, 3, 4))) cornu_status cornu_error_set(cornu_error *error,
                                                                   cornu_status status,
                                                                   const char *format, ...);

/* Room for what cornu_number_text writes. */
#define CORNU_NUMBER_TEXT 32

/* A number as a message shows it, whole ones with all their digits; returns text. */
const char *cornu_number_text(double number, char text[CORNU_NUMBER_TEXT]);

#endif
