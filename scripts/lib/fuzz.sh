# How fuzz targets are built: straight from the sources, because SwiftPM has no fuzzer. Source this file; it only defines
# functions, flags, and `out`, the folder for what they make.

out=$root/.build/fuzz

# As in Package.swift.
swift_flags=(
    -swift-version 6 -package-name reviewpack -enable-upcoming-feature ExistentialAny
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault
    -parse-as-library -O -wmo -g)
c_flags=(-O1 -g -fsanitize=fuzzer-no-link,address)

# module NAME FILE...: compiles a module with the fuzzer's counters and AddressSanitizer, unless it is there already.
module() {
    local name=$1 below=("$root/scripts/lib/fuzz.sh")
    shift
    # Those that others of these import.
    case $name in
    Bytes) ;;
    Domain) below+=("$out/Bytes.swiftmodule") ;;
    Daemon) below+=("$out/Domain.swiftmodule" "$out/Storage.swiftmodule") ;;
    Evidence | PackFormat) below+=("$out/Domain.swiftmodule" "$out/JSONTokens.swiftmodule") ;;
    Generation) below+=("$out/Domain.swiftmodule" "$out/Evidence.swiftmodule" "$out/PackFormat.swiftmodule") ;;
    ReviewPackAPI) below+=("$out/Domain.swiftmodule" "$out/TTRPC.swiftmodule") ;;
    *) below+=("$out/Domain.swiftmodule") ;;
    esac
    if is_newer "$out/$name.o" "$@" "${below[@]}"; then return 0; fi
    swiftc "${swift_flags[@]}" -sanitize=fuzzer,address -enable-testing -module-name "$name" \
        -emit-module -emit-module-path "$out/$name.swiftmodule" -emit-object -o "$out/$name.o" \
        -I "$out" "${c_modules[@]}" "$@"
}

# is_newer FILE SOURCE...: whether FILE is there and newer than all of these, as far as they are there.
is_newer() {
    local file=$1 source
    shift
    [ -e "$file" ] || return 1
    for source in "$@"; do
        if [ "$source" -nt "$file" ]; then return 1; fi
    done
}

c_modules=(
    -Xcc "-fmodule-map-file=$root/Sources/CZlib/module.modulemap"
    -Xcc "-fmodule-map-file=$root/Sources/CProtobufC/module.modulemap"
    -Xcc "-fmodule-map-file=$root/Sources/CReviewPackProto/module.modulemap"
    -Xcc "-I$root/Sources/CReviewPackProto")

# build_target NAME: makes $out/NAME/fuzz.
build_target() {
    local name=$1 objects=() libraries=() properties=() texts=() tests
    mkdir -p "$out/$name"
    # All but what needs swift-crypto.
    module Bytes Sources/Bytes/{Base64URL,BigEndian,Digest256,Hex}.swift
    module_of Domain
    case $name in
    frames)
        tests=TTRPCTests
        module_of TTRPC
        objects=("$out/TTRPC.o")
        ;;
    json)
        tests=JSONTokensTests
        module_of JSONTokens
        objects=("$out/JSONTokens.o")
        ;;
    findings)
        tests=EvidenceTests
        module_of JSONTokens
        evidence_module
        objects=("$out/Evidence.o" "$out/JSONTokens.o" "$out/Domain.o" "$out/Bytes.o")
        ;;
    tokens)
        tests=DaemonTests
        tokens_module
        objects=("$out/Daemon.o" "$out/Storage.o" "$out/Domain.o" "$out/Bytes.o")
        ;;
    pages)
        tests=DaemonTests
        tokens_module
        properties=(Tests/DaemonTests/FuzzedPages.swift Tests/Fuzz/Pages.swift)
        objects=("$out/Daemon.o" "$out/Storage.o" "$out/Domain.o" "$out/Bytes.o")
        ;;
    zip)
        tests=ZipArchiveTests
        # The reader but for its digests, which need swift-crypto: they look at content that is known to be right.
        module ZipArchive Sources/ZipArchive/Format/{MemberName,MemberSummary,PositionedIO,ZipError}.swift \
            Sources/ZipArchive/Reader/{ByteSource,DirectoryParser,EndRecordParser,Inflater,MemberContent}.swift \
            Sources/ZipArchive/Reader/{RecordCursor,ZipReadError,ZipReader}.swift
        objects=("$out/ZipArchive.o" "$out/Bytes.o")
        libraries=(-lz)
        ;;
    redaction)
        tests=GenerationTests
        module_of JSONTokens
        evidence_module
        # The tables. The verifier needs the archive.
        module PackFormat Sources/PackFormat/{CSV,Layout}/*.swift
        # What looks into texts; not what renders, which needs swift-crypto and the archive.
        mapfile -t texts < <(find Sources/Generation/{Names,Redaction,Verification} -name '*.swift' \
            ! -name 'RollingHash+Pack.swift' ! -name FinalScan.swift | sort)
        module Generation Sources/Generation/Control/*.swift "${texts[@]}"
        objects=("$out/Generation.o" "$out/PackFormat.o" "$out/Evidence.o" "$out/Domain.o" "$out/Bytes.o")
        objects+=("$out/JSONTokens.o")
        ;;
    messages)
        tests=ReviewPackAPITests
        module_of TTRPC
        module_of ReviewPackAPI
        protobuf_library
        objects=("$out/ReviewPackAPI.o" "$out/TTRPC.o" "$out/Domain.o" "$out/Bytes.o" "$out/messages.a")
        libraries=("${protobuf_c[@]}")
        ;;
    esac
    [ ${#properties[@]} -gt 0 ] || properties=("Tests/$tests/FuzzedProperties.swift")
    local sources=("${properties[@]}" Tests/Fuzz/Entry.swift)
    if is_newer "$out/$name/fuzz" "${sources[@]}" "${objects[@]}" "${libraries[@]}"; then return 0; fi
    swiftc "${swift_flags[@]}" -sanitize=fuzzer,address -use-ld=lld -I "$out" "${c_modules[@]}" -module-name FuzzTarget \
        "${sources[@]}" "${objects[@]}" "${libraries[@]}" -o "$out/$name/fuzz"
    # -g leaves the target's own module beside the sources.
    rm -f FuzzTarget-1.swift{module,doc,sourceinfo}
}

# tokens_module: all of the tokens but the keys, MACs and digests, which need swift-crypto and believe nothing before; and of the store
# the cursors that page tokens hold.
tokens_module() {
    module Storage Sources/Storage/Database/Cursors.swift
    module Daemon Sources/Daemon/Tokens/TokenClaims.swift \
        Sources/Daemon/Paging/{PageTokenText,Cursors}.swift
}

# evidence_module: the parser and the rules about names. The rest needs swift-crypto, or is read after them.
evidence_module() {
    module Evidence Sources/Evidence/{Tenant,Records,Lifecycle,Summary,Parsing,Names,Identities}/*.swift
}

# module_of NAME: compiles all sources of a module of ours.
module_of() {
    local files
    mapfile -t files < <(find "Sources/$1" -name '*.swift' | sort)
    module "$1" "${files[@]}"
}

# protobuf_library: the generated C as $out/messages.a, and in `protobuf_c` the library that decodes.
#
# AddressSanitizer sees into the library only when it is compiled with it: from Debian's source of the version that is
# installed, where there is one to be had. With REVIEWPACK_FUZZ_STRICT=1 (.ci/run, scripts/soak) it is an error that there is none.
protobuf_library() {
    local file objects=() source version library clang
    # The same toolchain's, whose sanitizers are of one version with Swift's.
    clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang
    if [ ! -e "$out/messages.a" ] || [ -n "$(find Sources/CReviewPackProto -name '*.[ch]' -newer "$out/messages.a")" ]; then
        while read -r file; do
            "$clang" "${c_flags[@]}" -ISources/CReviewPackProto -c "$file" -o "$out/$(basename "$file").o"
            objects+=("$out/$(basename "$file").o")
        done < <(find Sources/CReviewPackProto -name '*.c')
        rm -f "$out/messages.a"
        ar crs "$out/messages.a" "${objects[@]}"
    fi
    version=$(dpkg-query -W -f '${source:Version}' libprotobuf-c-dev 2>/dev/null || true)
    library=$out/protobuf-c-${version:-unknown}.o
    if [ ! -e "$library" ]; then
        source=$(protobuf_source "$version")
        if [ -z "$source" ]; then
            if [ "${REVIEWPACK_FUZZ_STRICT:-}" = 1 ]; then
                echo "fuzz: no source of libprotobuf-c ${version:-(which is not installed)}; apt-get's log follows" >&2
                cat "$out/protobuf-c-source/log" >&2 || true
                return 1
            fi
            echo "fuzz: no source of libprotobuf-c: linking the system's, which AddressSanitizer does not see into" >&2
            protobuf_c=(-lprotobuf-c)
            return 0
        fi
        "$clang" "${c_flags[@]}" -I"$source" -c "$source/protobuf-c/protobuf-c.c" -o "$library"
    fi
    protobuf_c=("$library")
}

# protobuf_source VERSION: prints the folder with libprotobuf-c's source of that version, or nothing.
protobuf_source() (
    [ -n "$1" ] || exit 0
    place=$out/protobuf-c-source
    rm -rf "$place"
    mkdir -p "$place/lists/partial" "$place/cache"
    # The system's own package sources, asked for source packages; its lists stay as they are.
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
        if [ -e "$list" ]; then
            sed -E 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "$list" >"$place/$(basename "$list")"
        fi
    done
    mkdir "$place/parts"
    mv "$place"/*.sources "$place"/*.list "$place/parts/" 2>/dev/null || true
    apt=(apt-get -q -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$place/parts"
        -o "Dir::State::lists=$place/lists" -o "Dir::Cache=$place/cache" -o APT::Sandbox::User=root)
    cd "$place"
    timeout 120 "${apt[@]}" update >"$place/log" 2>&1 || exit 0
    timeout 120 "${apt[@]}" source --download-only "protobuf-c=$1" >>"$place/log" 2>&1 || exit 0
    tar -xf protobuf-c_*.orig.tar.* 2>>"$place/log" || exit 0
    find "$place" -mindepth 1 -maxdepth 1 -type d -name 'protobuf-c-*'
)
