/// Which answers of Microsoft Graph are lists of roles: the names of what their `value` holds are evidence, and no
/// people's.
public enum RoleLists {
    /// Whether an `@odata.context` says so: `https://graph.microsoft.com/v1.0/$metadata#directoryRoles(members())`.
    public static func isContext(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count <= 512, let mark = text.firstIndex(of: UInt8(ascii: "#")) else { return false }
        // What is selected and expanded of the entities stands in brackets behind their name, what is left out as well.
        let name = text[(mark + 1)...].prefix { $0 != UInt8(ascii: "(") }
        return names.contains { name.elementsEqual($0.utf8) }
    }

    private static let names = [
        "directoryRoles", "directoryRoleTemplates", "roleManagement/directory/roleDefinitions",
        "roleManagement/entitlementManagement/roleDefinitions", "deviceManagement/roleDefinitions",
    ]
}
