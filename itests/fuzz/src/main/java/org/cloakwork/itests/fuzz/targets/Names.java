package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;

/** Host names that end in .nym: of addresses, mistyped ones, and those of one's own. */
public final class Names implements Target {

    private static final int LENGTH = 174;
    private static final int LONGEST_LABEL = 63;
    /** The base point of Ed25519. */
    private static final IdentityKey KEY = new IdentityKey(key());
    private static final String NAME = new MixnetAddress(KEY, new EncryptionKey(new byte[EncryptionKey.LENGTH]), KEY)
            .toHostName();

    private static byte[] key() {
        byte[] key = new byte[IdentityKey.LENGTH];
        Arrays.fill(key, (byte) 0x66);
        key[0] = 0x58;
        return key;
    }

    @Override
    public String name() {
        return "names";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.of(NAME, "www." + NAME.toUpperCase(Locale.ROOT) + ".", "home.nym", "nym",
                ".nym", "a..nym", "www.home.nym.", "home\u3002nym", "x" + NAME.substring(1), NAME.substring(57),
                "home.nym.example.org")));
    }

    @Override
    public void check(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        checkName(text);
        // The same with an ending, and each character of a name exchanged for one of the input.
        checkName(text + ".nym");
        if (input.length > 1) {
            int at = (input[0] & 0xff) % (LENGTH - ".nym".length());
            String other = NAME.substring(0, at) + (char) (input[1] & 0x7f) + NAME.substring(at + 1);
            if (!other.equalsIgnoreCase(NAME) && MixnetAddress.isHostName(other)) {
                require(parsed(other).isEmpty(), "a mistyped name is taken: " + other);
            }
        }
    }

    private static void checkName(String text) {
        if (!MixnetAddress.isHostName(text)) {
            require(!text.toLowerCase(Locale.ROOT).endsWith(".nym"), "a name of the mixnet is none");
            return;
        }
        Optional<String> own = MixnetAddress.shortName(text);
        Optional<MixnetAddress> address = parsed(text);
        require(own.isEmpty() || address.isEmpty(), "a name of one's own is an address");
        own.ifPresent(name -> require(name.equals(name.toLowerCase(Locale.ROOT)) && name.indexOf('.') < 0,
                "no label: " + name));
        address.ifPresent(found -> {
            String name = found.toHostName();
            require(name.length() == LENGTH && Arrays.stream(name.split("\\.")).allMatch(label ->
                    label.length() <= LONGEST_LABEL), "programs take no such name: " + name);
            requireSame(found, MixnetAddress.parse(name));
        });
    }

    private static Optional<MixnetAddress> parsed(String text) {
        try {
            return Optional.of(MixnetAddress.parse(text));
        } catch (IllegalArgumentException e) {
            require(e.getMessage().length() <= 200, "an error without a limit");
            return Optional.empty();
        }
    }
}
