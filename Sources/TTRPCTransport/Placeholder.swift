enum TTRPCTransportPlaceholder {}
