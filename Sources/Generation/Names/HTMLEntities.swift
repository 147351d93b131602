/// HTML's named references of letters and punctuation that stand in names (HTML Living Standard, section 13.5), with
/// the semicolon.
///
/// A table, not a decoder: redaction and the final scan each find the references in a text by themselves.
enum HTMLEntities {
    /// Bytes of the longest name, without `&` and `;`.
    static let longestName = 8

    /// The character of a name of 2 to 8 ASCII letters; nil when the table does not have it.
    static func scalar(_ name: some Sequence<UInt8>) -> Unicode.Scalar? { table[packed(name)] }

    private static func packed(_ name: some Sequence<UInt8>) -> UInt64 { name.reduce(0) { $0 << 8 | UInt64($1) } }

    private static let table: [UInt64: Unicode.Scalar] = {
        var table: [UInt64: Unicode.Scalar] = [:]
        func add(_ names: String, from first: UInt32) {
            for (offset, name) in names.split(separator: " ").enumerated() {
                table[packed(name.utf8)] = Unicode.Scalar(first + UInt32(offset))
            }
        }
        // Latin-1 from U+00A0, then Latin Extended-A from U+0100 with a point where there is no name.
        add(latin1, from: 0xA0)
        add(latinExtendedA, from: 0x100)
        for pair in others.split(separator: " ") {
            let sides = pair.split(separator: ":")
            table[packed(sides[0].utf8)] = UInt32(sides[1], radix: 16).flatMap(Unicode.Scalar.init)
        }
        table[packed(".".utf8)] = nil
        return table
    }()

    private static let latin1 = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
        micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring \
        AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
        times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
        egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash \
        ugrave uacute ucirc uuml yacute thorn yuml
        """

    private static let latinExtendedA = """
        Amacr amacr Abreve abreve Aogon aogon Cacute cacute Ccirc ccirc Cdot cdot Ccaron ccaron Dcaron dcaron Dstrok \
        dstrok Emacr emacr . . Edot edot Eogon eogon Ecaron ecaron Gcirc gcirc Gbreve gbreve Gdot gdot Gcedil . Hcirc \
        hcirc Hstrok hstrok Itilde itilde Imacr imacr . . Iogon iogon Idot imath IJlig ijlig Jcirc jcirc Kcedil kcedil \
        kgreen Lacute lacute Lcedil lcedil Lcaron lcaron Lmidot lmidot Lstrok lstrok Nacute nacute Ncedil ncedil \
        Ncaron ncaron napos ENG eng Omacr omacr . . Odblac odblac OElig oelig Racute racute Rcedil rcedil Rcaron \
        rcaron Sacute sacute Scirc scirc Scedil scedil Scaron scaron Tcedil tcedil Tcaron tcaron Tstrok tstrok Utilde \
        utilde Umacr umacr Ubreve ubreve Uring uring Udblac udblac Uogon uogon Wcirc wcirc Ycirc ycirc Yuml Zacute \
        zacute Zdot zdot Zcaron zcaron
        """

    private static let others = """
        amp:26 lt:3c gt:3e quot:22 apos:27 commat:40 period:2e lowbar:5f hyphen:2010 dash:2010 plus:2b comma:2c sol:2f \
        bsol:5c num:23 excl:21 colon:3a semi:3b lpar:28 rpar:29 ast:2a Tab:9 NewLine:a ndash:2013 mdash:2014 \
        horbar:2015 lsquo:2018 rsquo:2019 rsquor:2019 sbquo:201a ldquo:201c rdquo:201d bdquo:201e prime:2032 \
        minus:2212 ensp:2002 emsp:2003 thinsp:2009 zwnj:200c zwj:200d lrm:200e rlm:200f inodot:131 AMP:26 LT:3c GT:3e \
        QUOT:22
        """
}
