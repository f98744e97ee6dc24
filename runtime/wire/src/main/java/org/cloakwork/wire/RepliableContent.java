package org.cloakwork.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a repliable message brings: reply blocks, and perhaps data. Version 1 holds blocks of 4 hops with full payload
 * keys and forgets their rotation; version 2 holds blocks with key seeds, all of the same hops and rotation. We send
 * version 2. Source: protocol/3-messages, 1.1.
 */
public sealed interface RepliableContent {

    /** {@return 1 or 2} */
    int version();

    /** {@return the reply blocks, at most 65535 in version 2} */
    List<ReplySurb> surbs();

    /** {@return content tag and content} */
    byte[] bytes();

    /**
     * Data for the application.
     *
     * @param version 1 or 2
     * @param surbs   may be empty
     * @param data    may be empty
     */
    record Data(int version, List<ReplySurb> surbs, byte[] data) implements RepliableContent {

        public Data {
            surbs = List.copyOf(surbs);
            SurbList.check(version, surbs);
            Objects.requireNonNull(data);
        }

        @Override
        public byte[] bytes() {
            return Bytes.concat(new byte[] {(byte) (version == 1 ? 0 : 3)}, SurbList.write(version, surbs), data);
        }
    }

    /**
     * Reply blocks the other side asked for.
     *
     * @param version 1 or 2
     * @param surbs   may be empty
     */
    record AdditionalSurbs(int version, List<ReplySurb> surbs) implements RepliableContent {

        public AdditionalSurbs {
            surbs = List.copyOf(surbs);
            SurbList.check(version, surbs);
        }

        @Override
        public byte[] bytes() {
            return Bytes.concat(new byte[] {(byte) (version == 1 ? 1 : 4)}, SurbList.write(version, surbs));
        }
    }

    /**
     * Reply blocks only; sent by nobody yet, understood all the same.
     *
     * @param version 1 or 2
     * @param surbs   may be empty
     */
    record Heartbeat(int version, List<ReplySurb> surbs) implements RepliableContent {

        public Heartbeat {
            surbs = List.copyOf(surbs);
            SurbList.check(version, surbs);
        }

        @Override
        public byte[] bytes() {
            return Bytes.concat(new byte[] {(byte) (version == 1 ? 2 : 5)}, SurbList.write(version, surbs));
        }
    }

    /**
     * @param bytes content tag and content; what follows the reply blocks is ignored where there is no data
     * @return the content
     * @throws WireException if it is malformed
     */
    static RepliableContent parse(byte[] bytes) throws WireException {
        if (bytes.length < 2) {
            throw new WireException("a repliable message without content");
        }
        int tag = bytes[0] & 0xff;
        if (tag > 5) {
            throw new WireException("no repliable content has tag " + tag);
        }
        int version = tag < 3 ? 1 : 2;
        SurbList list = SurbList.read(version, bytes, 1);
        return switch (tag) {
            case 0, 3 -> new Data(version, list.surbs(), Arrays.copyOfRange(bytes, list.end(), bytes.length));
            case 1, 4 -> new AdditionalSurbs(version, list.surbs());
            default -> new Heartbeat(version, list.surbs());
        };
    }
}
