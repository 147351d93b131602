#include <protobuf-c/protobuf-c.h>

/// The address that protobuf-c leaves in a string field that the wire did not carry.
///
/// It is the one string pointer of an unpacked message that does not come from the allocator. Swift cannot name the array
/// itself, whose length the library's header leaves open.
static inline const char *_Nonnull protobuf_c_absent_string(void) { return protobuf_c_empty_string; }
