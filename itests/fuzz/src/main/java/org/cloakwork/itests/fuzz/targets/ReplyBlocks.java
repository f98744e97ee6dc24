package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.sphinx.fast.FastSphinx;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.WireException;

/** Reply blocks, alone and in lists, and packets made with those that others wrote. */
public final class ReplyBlocks implements Target {

    private final PacketFormat fast = new FastSphinx(Runnable::run);
    private final PacketFormat plain = new BouncyCastleSphinx();

    @Override
    public String name() {
        return "reply-blocks";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.bytes("messages.json", "bytes"), Seeds.bytes("sphinx_surb.json", "surb"),
                Seeds.bytes("messages.json", "serialized").filter(bytes -> bytes.length > 17 && bytes[0] == 1)
                        .map(bytes -> Arrays.copyOfRange(bytes, 17, bytes.length))));
    }

    @Override
    public void check(byte[] input) throws WireException {
        try {
            ReplySurb surb = ReplySurb.parse(input, KeyRotation.ODD);
            requireSame(input, surb.bytes());
            seal(surb.surb());
        } catch (WireException e) {
            // not one
        }
        RepliableContent content;
        try {
            content = RepliableContent.parse(input);
        } catch (WireException e) {
            return;
        }
        requireSame(content, RepliableContent.parse(content.bytes()));
        require(content.surbs().stream().mapToInt(surb -> surb.bytes().length).sum() <= input.length, "blocks grew");
    }

    private void seal(Surb surb) {
        int length = PacketSize.REGULAR.payloadLength();
        byte[] message = new byte[100];
        byte[] packet = fast.seal(surb, message, length);
        require(packet.length == PacketFormat.HEADER_LENGTH + length, "a packet of " + packet.length + " bytes");
        requireSame(packet, plain.seal(surb, message, length));
    }
}
