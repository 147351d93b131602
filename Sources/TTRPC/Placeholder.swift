enum TTRPCPlaceholder {}
