package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.WireException;

/** Packets on their way to a gateway, both forms. */
public final class MixPackets implements Target {

    @Override
    public String name() {
        return "mix-packets";
    }

    @Override
    public Stream<byte[]> seeds() {
        int ack = PacketSize.ACK.packetLength();
        return Seeds.all(List.of(
                Seeds.bytes("framing.json", "v1Prefix").map(prefix -> Arrays.copyOf(prefix, prefix.length + ack)),
                Seeds.bytes("framing.json", "v2Prefix").map(prefix -> Arrays.copyOf(prefix, prefix.length + ack)),
                Seeds.bytes("framing.json", "bytes")));
    }

    @Override
    public void check(byte[] input) {
        try {
            requireSame(input, MixPacket.parseV1(input).toBytesV1());
        } catch (WireException e) {
            // not one
        }
        try {
            requireSame(input, MixPacket.parseV2(input).toBytesV2());
        } catch (WireException e) {
            // not one
        }
    }
}
