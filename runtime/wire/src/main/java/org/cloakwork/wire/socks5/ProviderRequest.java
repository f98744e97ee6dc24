package org.cloakwork.wire.socks5;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.wire.WireException;

/** What a SOCKS client asks of its exit. Source: protocol/6-frontends, 2.2 and 3.1. */
public sealed interface ProviderRequest {

    byte CONTROL_TAG = 0;
    byte DATA_TAG = 1;
    int LONGEST_TARGET = 0xffff;

    /** {@return what it is written in, and what the answer is to be written in} */
    Versions versions();

    /** {@return the message} */
    byte[] bytes();

    /**
     * Asks for a connection.
     *
     * @param versions      to write it in
     * @param connectionId  chosen at random
     * @param target        {@code host:port}, split at the last colon; an IPv6 address may stand without brackets
     * @param returnAddress where answers go; without it they go to the sender's tag
     */
    record Connect(Versions versions, long connectionId, String target, Optional<MixnetAddress> returnAddress)
            implements ProviderRequest {

        static final byte FLAG = 0;

        public Connect {
            Objects.requireNonNull(versions);
            Objects.requireNonNull(returnAddress);
            if (target.getBytes(StandardCharsets.UTF_8).length > LONGEST_TARGET) {
                throw new IllegalArgumentException("a target of " + target.length() + " characters");
            }
        }

        @Override
        public byte[] bytes() {
            byte[] host = target.getBytes(StandardCharsets.UTF_8);
            int length = Long.BYTES + Short.BYTES + host.length + (returnAddress.isPresent() ? MixnetAddress.LENGTH
                    : 0);
            ByteBuffer out = start(versions, FLAG, length).putLong(connectionId).putShort((short) host.length)
                    .put(host);
            returnAddress.ifPresent(address -> out.put(address.bytes()));
            return out.array();
        }
    }

    /**
     * Sends a piece to the target.
     *
     * @param versions to write it in
     * @param data     the piece
     */
    record Send(Versions versions, StreamData data) implements ProviderRequest {

        /** In front of the bytes of a piece. */
        public static final int HEAD_LENGTH = 4 + StreamData.HEADER_LENGTH;

        static final byte FLAG = 1;

        public Send {
            Objects.requireNonNull(versions);
            Objects.requireNonNull(data);
        }

        @Override
        public byte[] bytes() {
            ByteBuffer out = start(versions, FLAG, data.length());
            data.putRequest(out);
            return out.array();
        }
    }

    /**
     * Tells how far the exit may send; ours only, written with {@link Versions#WINDOWS}. A Nym exit would drop it.
     *
     * @param versions     to write it in
     * @param connectionId of the connection
     * @param limit        bytes of the target that may be sent, from the beginning on; never less than told before
     */
    record Window(Versions versions, long connectionId, long limit) implements ProviderRequest {

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
     * Asks what the exit does; answered through reply blocks only.
     *
     * @param versions to write it in
     * @param question what is asked
     */
    record Query(Versions versions, Question question) implements ProviderRequest {

        static final byte FLAG = 2;

        /** What can be asked. */
        public enum Question { OPEN_PROXY, DESCRIPTION, EXIT_POLICY }

        public Query {
            Objects.requireNonNull(versions);
            Objects.requireNonNull(question);
        }

        @Override
        public byte[] bytes() {
            return start(versions, FLAG, 1).put((byte) question.ordinal()).array();
        }
    }

    /**
     * Asks what the exit is; answered through reply blocks only.
     *
     * @param versions to write it in; the protocol does not matter
     * @param question what is asked
     */
    record Control(Versions versions, Question question) implements ProviderRequest {

        /** What can be asked. */
        public enum Question { HEALTH, BINARY_INFO, SUPPORTED_VERSIONS }

        public Control {
            Objects.requireNonNull(question);
            if (versions.providerInterface() == 0) {
                throw new IllegalArgumentException("control messages have an interface version");
            }
        }

        @Override
        public byte[] bytes() {
            return new byte[] {(byte) versions.providerInterface(), CONTROL_TAG, (byte) question.ordinal()};
        }
    }

    private static ByteBuffer start(Versions versions, byte flag, int length) {
        boolean framed = versions.providerInterface() != 0;
        ByteBuffer out = ByteBuffer.allocate((framed ? 2 : 0) + 2 + length);
        if (framed) {
            out.put((byte) versions.providerInterface()).put(DATA_TAG);
        }
        return out.put((byte) versions.protocol()).put(flag);
    }

    /**
     * @param bytes a message that arrived at an exit
     * @return the request
     * @throws WireException if it is none, or of a protocol that is not known yet
     */
    static ProviderRequest parse(byte[] bytes) throws WireException {
        Reader in = new Reader(bytes, 0);
        int providerInterface = Versions.of(in.peek("the request"));
        if (providerInterface != 0) {
            in.u8("interface version");
            int tag = in.u8("request tag");
            if (tag == CONTROL_TAG) {
                int control = in.u8("control request");
                if (control >= Control.Question.values().length) {
                    throw new WireException("no control request has tag " + control);
                }
                return new Control(new Versions(providerInterface, Versions.NEWEST_PROTOCOL),
                        Control.Question.values()[control]);
            }
            if (tag != DATA_TAG) {
                throw new WireException("no request has tag " + tag);
            }
        }
        int protocol = Versions.of((byte) in.u8("protocol version"));
        if (protocol > Versions.NEWEST_PROTOCOL) {
            throw new WireException("a request of protocol version " + protocol);
        }
        if (providerInterface == 0 && protocol != 0) {
            throw new WireException("a protocol version without an interface version");
        }
        Versions versions = new Versions(providerInterface, protocol);
        int flag = in.u8("request flag");
        return switch (flag) {
            case Connect.FLAG -> connect(versions, in);
            case Send.FLAG -> new Send(versions, sent(in));
            case Query.FLAG -> {
                Query query = new Query(versions, Query.Question.values()[
                        in.variant("query", Query.Question.values().length)]);
                in.end("the query");
                yield query;
            }
            case Window.FLAG -> {
                if (!versions.hasWindows()) {
                    throw new WireException("a window without the version for it");
                }
                Window window = new Window(versions, in.u64("connection id"), in.u64("limit"));
                in.end("the window");
                yield window;
            }
            default -> throw new WireException("no request has flag " + flag);
        };
    }

    private static Connect connect(Versions versions, Reader in) throws WireException {
        long id = in.u64("connection id");
        int length = in.u16("length of the target");
        // Read as leniently as in the reference: what is not UTF-8 ends up in a name that nobody has.
        String target = new String(in.take(length, "target"), StandardCharsets.UTF_8);
        byte[] address = in.rest();
        if (address.length == 0) {
            return new Connect(versions, id, target, Optional.empty());
        }
        try {
            return new Connect(versions, id, target, Optional.of(MixnetAddress.fromBytes(address)));
        } catch (IllegalArgumentException e) {
            throw new WireException("bad return address: " + e.getMessage());
        }
    }

    private static StreamData sent(Reader in) throws WireException {
        long id = in.u64("connection id");
        int end = in.u8("closed");
        return new StreamData(id, end, in.u64("sequence number"), in.rest());
    }
}
