package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.WireException;

/** Messages, padded and without padding. */
public final class Messages implements Target {

    @Override
    public String name() {
        return "messages";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.bytes("messages.json", "serialized"), Seeds.bytes("messages.json", "padded")));
    }

    @Override
    public void check(byte[] input) throws WireException {
        parse(input);
        byte[] padded = Padding.pad(input, PacketSize.REGULAR.fragmentLength());
        requireSame(input, Padding.unpad(padded));
        try {
            byte[] message = Padding.unpad(input);
            require(message.length < input.length, "longer without padding");
            parse(message);
        } catch (WireException e) {
            // without a marker
        }
    }

    private static void parse(byte[] bytes) throws WireException {
        NymMessage message;
        try {
            message = NymMessage.parse(bytes);
        } catch (WireException e) {
            return;
        }
        byte[] written = message.bytes();
        require(written.length <= bytes.length, "longer than what was read");
        requireSame(message, NymMessage.parse(written));
    }
}
