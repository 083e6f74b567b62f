// A task that does nothing: what remains is the cost of a task.

#define PENNY_NUMERIC_ONLY
#include "penny.h"

PENNY_EXPORT(empty, "(i32)->i32")
int32_t empty(int32_t number) {
    return number;
}
