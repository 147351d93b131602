extension PublicNames {
    /// Words that packs are written with (columns, keys, kinds of things), scanners, products, and shared accounts.
    static let words: [String] =
        """
        abuse account accounts acknowledged admin admincenter administrator administrators admins alias all anonymous
        app application applications approver author azure billing canary_results cancelled check check_id
        check_version collector completed configuration contact critical custom default defender defenderidentity
        defenderxdr delegate description detail details device devices directory disabled domain domains donotreply
        enabled entra error everybody everyone exchange expired external fail failed false finding findings
        fingerprint finished_at first_seen_at generating global graph group groups guest guests hardening helpdesk
        high identity info informational initiator internal interrupted intune last_checked_at last_seen_at
        last_setup_at low maester mailbox mailboxes manager manual measured_at medium member members membership
        metadata microsoft muted name names native new no no-reply nobody none noreply not_applicable null
        occurrences office onedrive open operation operations operator options organisation organization outcome
        owner owners pack pass payload policies policy postmaster present principal private prowler pruner public
        purview queued ready reason_code recipient redacted remediation report reports requestor resolved resource
        resource_id resource_name resource_type result reviewer reviewpack role roles root running sales schema
        scope_mode scubagear security sender service serviceprincipal services setting settings severity sharepoint
        skipped source source_version sponsor standard started_at status status_reason strict succeeded summary
        superseded support suppressed system systemassigned team teams tenant test tests timeout title true type
        unknown unset user userassigned users value values viewer warning warnings workspace yes
        """.split(whereSeparator: \.isWhitespace).map(String.init)
        + ["all users", "not available", "review pack", "service principal"]

    static let directoryRoles = [
        "Agent ID Administrator", "Agent ID Developer", "AI Administrator", "Application Administrator",
        "Application Developer",
        "Attack Payload Author", "Attack Simulation Administrator", "Attribute Assignment Administrator",
        "Attribute Assignment Reader", "Attribute Definition Administrator", "Attribute Definition Reader",
        "Attribute Log Administrator", "Attribute Log Reader", "Attribute Provisioning Administrator",
        "Attribute Provisioning Reader", "Authentication Administrator", "Authentication Extensibility Administrator",
        "Authentication Policy Administrator", "Azure AD Joined Device Local Administrator",
        "Microsoft Entra Joined Device Local Administrator", "Azure DevOps Administrator",
        "Azure Information Protection Administrator", "B2C IEF Keyset Administrator", "B2C IEF Policy Administrator",
        "Billing Administrator", "Cloud App Security Administrator", "Cloud Application Administrator",
        "Cloud Device Administrator", "Company Administrator", "Compliance Administrator",
        "Compliance Data Administrator", "Conditional Access Administrator", "Customer LockBox Access Approver",
        "Desktop Analytics Administrator", "Device Join", "Device Managers", "Device Users", "Directory Readers",
        "Directory Synchronization Accounts", "Directory Writers", "Domain Name Administrator",
        "Dynamics 365 Administrator", "Dynamics 365 Business Central Administrator", "Edge Administrator",
        "Exchange Administrator", "Exchange Recipient Administrator", "Extended Directory User Administrator",
        "External ID User Flow Administrator", "External ID User Flow Attribute Administrator",
        "External Identity Provider Administrator", "Fabric Administrator", "Global Administrator", "Global Reader",
        "Global Secure Access Administrator", "Global Secure Access Log Reader", "Groups Administrator",
        "Guest Inviter", "Guest User", "Helpdesk Administrator", "Hybrid Identity Administrator",
        "Identity Governance Administrator", "Insights Administrator", "Insights Analyst",
        "Insights Business Leader", "Intune Administrator", "IoT Device Administrator", "Kaizala Administrator",
        "Knowledge Administrator",
        "Knowledge Manager", "License Administrator", "Lifecycle Workflows Administrator",
        "Message Center Privacy Reader", "Message Center Reader", "Microsoft 365 Backup Administrator",
        "Microsoft 365 Migration Administrator", "Microsoft Graph Data Connect Administrator",
        "Microsoft Hardware Warranty Administrator",
        "Microsoft Hardware Warranty Specialist", "Network Administrator", "Office Apps Administrator",
        "On Premises Directory Sync Account", "Organizational Branding Administrator",
        "Organizational Data Source Administrator", "Organizational Messages Approver",
        "Organizational Messages Writer", "Partner Tier1 Support", "Partner Tier2 Support", "Password Administrator",
        "People Administrator", "Permissions Management Administrator", "Places Administrator",
        "Power BI Administrator",
        "Power Platform Administrator", "Printer Administrator", "Printer Technician",
        "Privileged Authentication Administrator", "Privileged Role Administrator", "Reports Reader",
        "Restricted Guest User", "Search Administrator", "Search Editor", "Security Administrator",
        "Security Operator", "Security Reader", "Service Support Administrator", "SharePoint Administrator",
        "SharePoint Advanced Management Administrator", "SharePoint Embedded Administrator",
        "Skype for Business Administrator", "Teams Administrator", "Teams Communications Administrator",
        "Teams Communications Support Engineer", "Teams Communications Support Specialist",
        "Teams Devices Administrator", "Teams External Collaboration Administrator", "Teams Reader",
        "Teams Telephony Administrator", "Tenant Creator", "Tenant Governance Administrator",
        "Usage Summary Reports Reader", "User Administrator",
        "User Experience Success Manager", "Virtual Visits Administrator", "Viva Goals Administrator",
        "Viva Glint Tenant Administrator", "Viva Pulse Administrator", "Windows 365 Administrator",
        "Windows Update Deployment Administrator", "Workplace Device Join", "Yammer Administrator",
    ]

    static let policies = [
        "Security Defaults", "Authorization Policy", "Authentication Methods Policy", "Conditional Access",
        "Conditional Access Policies", "Conditional Access Policy", "Device Registration Policy",
        "Cross-tenant Access Policy", "Default Policy", "Default Sharing Policy", "Password Policy",
        "Password Rule Settings", "Global (Org-wide default)", "Built-In Protection Policy",
        "Standard Preset Security Policy", "Strict Preset Security Policy", "Office365 AntiPhish Default",
        "Office 365 Default", "OwaMailboxPolicy-Default", "Company Default", "SharePoint Settings",
        "Teams User Settings", "Microsoft-managed policies",
        "Microsoft-managed: Block legacy authentication",
        "Microsoft-managed: Multifactor authentication for all users",
        "Microsoft-managed: Multifactor authentication for admins accessing Microsoft Admin Portals",
    ]
}
