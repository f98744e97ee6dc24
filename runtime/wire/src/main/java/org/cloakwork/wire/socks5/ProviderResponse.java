package org.cloakwork.wire.socks5;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;

/** What an exit answers. Source: protocol/6-frontends, 2.2 and 3.1. */
public sealed interface ProviderResponse {

    /** {@return what it is written in} */
    Versions versions();

    /** {@return the message} */
    byte[] bytes();

    /**
     * A piece of what the target sends; the first one tells that the target is connected.
     *
     * @param versions of the request
     * @param data     the piece
     */
    record NetworkData(Versions versions, StreamData data) implements ProviderResponse {

        static final byte FLAG = 1;

        public NetworkData {
            Objects.requireNonNull(versions);
            Objects.requireNonNull(data);
        }

        @Override
        public byte[] bytes() {
            ByteBuffer out = start(versions, FLAG, data.length());
            data.putResponse(out);
            return out.array();
        }
    }

    /**
     * A connection could not be made.
     *
     * @param versions     of the request
     * @param connectionId of the connection
     * @param message      for people; {@link ConnectFailure} reads it, too
     */
    record ConnectionError(Versions versions, long connectionId, String message) implements ProviderResponse {

        static final byte FLAG = 2;

        public ConnectionError {
            Objects.requireNonNull(versions);
            Objects.requireNonNull(message);
        }

        @Override
        public byte[] bytes() {
            byte[] text = message.getBytes(StandardCharsets.UTF_8);
            return start(versions, FLAG, Long.BYTES + text.length).putLong(connectionId).put(text).array();
        }
    }

    /**
     * Tells how far the client may send; ours only, see {@link ProviderRequest.Window}.
     *
     * @param versions     of the request
     * @param connectionId of the connection
     * @param limit        bytes of the client that may be sent, from the beginning on; never less than told before
     */
    record Window(Versions versions, long connectionId, long limit) implements ProviderResponse {

        static final byte FLAG = 0x10;

        public Window {
            Objects.requireNonNull(versions);
        }

        @Override
        public byte[] bytes() {
            return start(versions, FLAG, 2 * Long.BYTES).putLong(connectionId).putLong(limit).array();
        }
    }

    /**
     * The answer to a query.
     *
     * @param versions with a protocol: without one nobody could read it
     * @param answer   what was asked
     */
    record Answer(Versions versions, QueryAnswer answer) implements ProviderResponse {

        static final byte FLAG = 3;

        public Answer {
            Objects.requireNonNull(answer);
            if (versions.protocol() == 0) {
                throw new IllegalArgumentException("the answer to a query has a protocol version");
            }
        }

        @Override
        public byte[] bytes() {
            byte[] content = answer.bytes();
            return start(versions, FLAG, content.length).put(content).array();
        }
    }

    /** What queries are answered with. */
    sealed interface QueryAnswer {

        private byte[] bytes() {
            Writer out = new Writer();
            switch (this) {
                case OpenProxy(boolean open) -> out.varint(0).bool(open);
                case Description(String text) -> out.varint(1).string(text);
                case Policy(boolean enabled, String upstream, Optional<ExitPolicy> policy) -> {
                    out.varint(2).bool(enabled).string(upstream).bool(policy.isPresent());
                    policy.ifPresent(present -> present.write(out));
                }
                case QueryError(String message) -> out.varint(3).string(message);
            }
            return out.bytes();
        }

        private static QueryAnswer read(Reader in) throws WireException {
            QueryAnswer answer = switch (in.variant("query", 4)) {
                case 0 -> new OpenProxy(in.bool("open proxy"));
                case 1 -> new Description(in.string("description"));
                case 2 -> new Policy(in.bool("enabled"), in.string("upstream"),
                        in.bool("policy") ? Optional.of(ExitPolicy.read(in)) : Optional.empty());
                default -> new QueryError(in.string("error"));
            };
            in.end("the answer");
            return answer;
        }
    }

    /** @param open whether every public address is allowed */
    record OpenProxy(boolean open) implements QueryAnswer {
    }

    /** @param text for people */
    record Description(String text) implements QueryAnswer {
    }

    /**
     * @param enabled  whether it counts
     * @param upstream where it was got from; may be empty
     * @param policy   its rules
     */
    record Policy(boolean enabled, String upstream, Optional<ExitPolicy> policy) implements QueryAnswer {
    }

    /** @param message for people */
    record QueryError(String message) implements QueryAnswer {
    }

    /**
     * The answer to a control request.
     *
     * @param versions with an interface version; the protocol does not matter
     * @param answer   what was asked
     */
    record Control(Versions versions, ControlAnswer answer) implements ProviderResponse {

        public Control {
            Objects.requireNonNull(answer);
            if (versions.providerInterface() == 0) {
                throw new IllegalArgumentException("control messages have an interface version");
            }
        }

        @Override
        public byte[] bytes() {
            byte[] json = answer.json().map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(new byte[0]);
            return ByteBuffer.allocate(3 + json.length).put((byte) versions.providerInterface())
                    .put(ProviderRequest.CONTROL_TAG).put(answer.tag()).put(json).array();
        }
    }

    /** What control requests are answered with. */
    sealed interface ControlAnswer {

        private byte tag() {
            return switch (this) {
                case Health() -> 0;
                case BinaryInfo ignored -> 1;
                case SupportedVersions ignored -> 2;
                case ControlError ignored -> (byte) 0xff;
            };
        }

        private Optional<String> json() {
            return switch (this) {
                case Health() -> Optional.empty();
                case BinaryInfo(String name, Map<String, String> build) -> {
                    Json values = Json.empty();
                    build.forEach(values::with);
                    yield Optional.of(Json.empty().with("binary_name", name).with("build_information", values)
                            .toString());
                }
                case SupportedVersions(int providerInterface, int protocol) -> Optional.of(Json.empty()
                        .with("interface_version", version(providerInterface))
                        .with("provider_version", version(protocol)).toString());
                case ControlError(String message) -> Optional.of(Json.empty().with("message", message).toString());
            };
        }

        private static String version(int number) {
            return (number == 0 ? Json.typed("Legacy") : Json.typed("Versioned").with("version", number)).toString();
        }

        private static ControlAnswer read(Reader in) throws WireException {
            int tag = in.u8("control response");
            return switch (tag) {
                case 0 -> new Health();
                case 1 -> {
                    Json json = Json.parse(Reader.utf8(in.rest(), "the text"));
                    Map<String, String> build = new LinkedHashMap<>();
                    for (String key : BinaryInfo.BUILD_KEYS) {
                        build.put(key, json.object("build_information").string(key));
                    }
                    yield new BinaryInfo(json.string("binary_name"), build);
                }
                case 2 -> {
                    Json json = Json.parse(Reader.utf8(in.rest(), "the text"));
                    yield new SupportedVersions(number(json.string("interface_version")),
                            number(json.string("provider_version")));
                }
                case 0xff -> new ControlError(Json.parse(Reader.utf8(in.rest(), "the text")).string("message"));
                default -> throw new WireException("no control response has tag " + tag);
            };
        }

        private static int number(String version) throws WireException {
            Json json = Json.parse(version);
            return switch (json.string("type")) {
                case "Legacy" -> 0;
                case "Versioned" -> json.u8("version");
                default -> throw new WireException("a version of no known type");
            };
        }
    }

    /** It is there. */
    record Health() implements ControlAnswer {
    }

    /**
     * @param name  of the program
     * @param build the values of {@link #BUILD_KEYS}, in that order
     */
    record BinaryInfo(String name, Map<String, String> build) implements ControlAnswer {

        /** What is told about the build. */
        public static final List<String> BUILD_KEYS = List.of("binary_name", "build_timestamp", "build_version",
                "commit_sha", "commit_timestamp", "commit_branch", "rustc_version", "rustc_channel", "cargo_profile",
                "cargo_triple");

        public BinaryInfo {
            if (!List.copyOf(build.keySet()).equals(BUILD_KEYS)) {
                throw new IllegalArgumentException("build information has " + build.keySet());
            }
            build = new LinkedHashMap<>(build);
        }
    }

    /**
     * The newest versions that are understood; 0: only such without.
     *
     * @param providerInterface 0 to 255
     * @param protocol          0 to 255
     */
    record SupportedVersions(int providerInterface, int protocol) implements ControlAnswer {
    }

    /** @param message for people */
    record ControlError(String message) implements ControlAnswer {
    }

    private static ByteBuffer start(Versions versions, byte flag, int length) {
        boolean framed = versions.providerInterface() != 0;
        boolean versioned = versions.protocol() != 0;
        ByteBuffer out = ByteBuffer.allocate((framed ? 2 : 0) + (versioned ? 1 : 0) + 1 + length);
        if (framed) {
            out.put((byte) versions.providerInterface()).put(ProviderRequest.DATA_TAG);
        }
        if (versioned) {
            out.put((byte) versions.protocol());
        }
        return out.put(flag);
    }

    /**
     * @param bytes a message that may be an exit's
     * @return the response
     * @throws WireException if it is none
     */
    static ProviderResponse parse(byte[] bytes) throws WireException {
        Reader in = new Reader(bytes, 0);
        int providerInterface = Versions.of(in.peek("the response"));
        if (providerInterface != 0) {
            in.u8("interface version");
            int tag = in.u8("response tag");
            if (tag == ProviderRequest.CONTROL_TAG) {
                return new Control(new Versions(providerInterface, Versions.NEWEST_PROTOCOL), ControlAnswer.read(in));
            }
            if (tag != ProviderRequest.DATA_TAG) {
                throw new WireException("no response has tag " + tag);
            }
        }
        // Without a version the flag comes first, and no flag is a number that tells one.
        int protocol = Versions.of(in.peek("the response"));
        if (protocol != 0) {
            in.u8("protocol version");
            if (providerInterface == 0) {
                throw new WireException("a protocol version without an interface version");
            }
        }
        Versions versions = new Versions(providerInterface, protocol);
        int flag = in.u8("response flag");
        return switch (flag) {
            case NetworkData.FLAG -> new NetworkData(versions, received(in));
            case ConnectionError.FLAG -> new ConnectionError(versions, in.u64("connection id"),
                    Reader.utf8(in.rest(), "the error"));
            case Answer.FLAG -> new Answer(versions, QueryAnswer.read(in));
            case Window.FLAG -> {
                if (!versions.answersWithWindows()) {
                    throw new WireException("a window without the version for it");
                }
                Window window = new Window(versions, in.u64("connection id"), in.u64("limit"));
                in.end("the window");
                yield window;
            }
            default -> throw new WireException("no response has flag " + flag);
        };
    }

    private static StreamData received(Reader in) throws WireException {
        int end = in.u8("closed");
        long id = in.u64("connection id");
        return new StreamData(id, end, in.u64("sequence number"), in.rest());
    }
}
