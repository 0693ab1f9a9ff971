// PostgreSQL's C library, as Debian's libpq-dev has it: the folder comes from pkg-config.
#pragma once
#include <libpq-fe.h>
