package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.SurbAck;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.AesCtr;

/** Acknowledgements: before a message at the last gateway, and as they come back. */
public final class Acknowledgements implements Target {

    private static final AckKey KEY = new AckKey(new byte[AckKey.LENGTH]);

    @Override
    public String name() {
        return "acks";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.bytes("acks.json", "bytes"), Seeds.bytes("acks.json", "delivered"),
                Stream.of(new byte[FragmentId.LENGTH], new byte[SurbAck.DELIVERED_LENGTH])));
    }

    @Override
    public void check(byte[] input) {
        try {
            requireSame(input, FragmentId.parse(input).bytes());
        } catch (WireException e) {
            require(input.length != FragmentId.LENGTH || input[0] < 0, "an id is refused");
        }
        try {
            FragmentId id = SurbAck.open(input, KEY);
            byte[] iv = Arrays.copyOf(input, AesCtr.IV_LENGTH);
            requireSame(Arrays.copyOfRange(input, AesCtr.IV_LENGTH, input.length),
                    AesCtr.apply(KEY.bytes(), iv, id.bytes()));
        } catch (WireException e) {
            // half of all noise has a negative set id
        }
        try {
            SurbAck.FinalHop hop = SurbAck.split(input);
            requireSame(hop.ackFirstHop().bytes(), Arrays.copyOf(input, hop.ackFirstHop().bytes().length));
            require(hop.ackPacket().length == PacketSize.ACK.packetLength()
                    && hop.message().length == input.length - SurbAck.LENGTH, "parts of other lengths");
        } catch (WireException e) {
            require(input.length < SurbAck.LENGTH || input[0] != 4 && input[0] != 6, "an acknowledgement is refused");
        }
    }
}
