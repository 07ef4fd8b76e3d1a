// Open MPI closes its components before the program ends, and what the leak detector then finds of theirs has no name that
// leaks.supp could match. Linked into every executable built with a sanitizer, this comes before the C library's dlclose.
extern "C" int dlclose(void* /*library*/) noexcept { return 0; }
