"""Swift value types and their protobuf-c codec, generated from a descriptor set."""
