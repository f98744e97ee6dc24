package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.identity.NamesFile;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses as host names, and names of one's own. */
class NamesTest {

    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

    @TempDir
    Path folder;

    private static MixnetAddress address(Random random) {
        return new MixnetAddress(IdentityKeyPair.generate(bytes -> random.nextBytes(bytes)).publicKey(),
                EncryptionKeyPair.generate(bytes -> random.nextBytes(bytes)).publicKey(),
                IdentityKeyPair.generate(bytes -> random.nextBytes(bytes)).publicKey());
    }

    @Test
    void aNameIsAHostNameAndSaysItsAddressWhateverItsCase() {
        Laws.forAll(50, draw -> {
            Random random = new Random(draw.nextLong());
            MixnetAddress address = address(random);
            String name = address.toHostName();
            assertTrue(name.matches("(?:[a-z2-7]{1,63}\\.){3}nym") && name.length() <= 253, name);
            assertEquals(174, name.length());
            assertEquals(address, MixnetAddress.parse(name));
            assertEquals(address, MixnetAddress.parse("www." + name.toUpperCase(Locale.ROOT) + "."));
            assertEquals(address, MixnetAddress.parse(address.toString()));
        });
    }

    @Test
    void everyWrongCharacterIsNoticedAndToldFromANameThatIsNobodys() {
        String name = address(new Random(1)).toHostName();
        for (int i = 0; i < name.length() - 4; i++) {
            if (name.charAt(i) != '.') {
                int digit = DIGITS.indexOf(name.charAt(i));
                String wrong = name.substring(0, i) + DIGITS.charAt((digit + 1) % DIGITS.length())
                        + name.substring(i + 1);
                assertTrue(assertThrows(IllegalArgumentException.class, () -> MixnetAddress.parse(wrong)).getMessage()
                        .contains("mistyped"), wrong);
                assertEquals(Optional.empty(), MixnetAddress.shortName(wrong));
            }
        }
        for (String wrong : new String[] {name.substring(1), name.substring(57), name.replace("2", "1") + ".nym",
            name.substring(0, 56) + ".nym"}) {
            assertThrows(IllegalArgumentException.class, () -> MixnetAddress.parse(wrong), wrong);
        }
        assertEquals(Optional.of("home"), MixnetAddress.shortName("www.HOME.nym."));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> MixnetAddress.parse("home.nym")).getMessage()
                .contains("no address"));
    }

    @Test
    void whateverIsWrittenForADotIsANameOfTheMixnetThatNobodyIsAskedFor() {
        for (String name : new String[] {"a.nym", "A.NYM", "a.nym.", "a.nym..", "a\u3002nym", "a\uff0enym", "nym"}) {
            assertTrue(MixnetAddress.isHostName(name), name);
        }
        for (String name : new String[] {"", "anym", "a.nym.example", "nym.org", "4x@nymx"}) {
            assertFalse(MixnetAddress.isHostName(name), name);
        }
    }

    @Test
    void namesOfOnesOwnAreReadAgainWhenTheFileChanges() throws Exception {
        Path file = folder.resolve("names");
        NamesFile names = new NamesFile(file);
        assertEquals(Optional.empty(), names.find("home"));
        MixnetAddress home = address(new Random(2));
        MixnetAddress box = address(new Random(3));
        EncryptionKeyPair key = EncryptionKeyPair.ofPrivate(new byte[32]);
        Files.writeString(folder.resolve("box.key"), "# a key\n11111111111111111111111111111111\n");
        Files.writeString(file, "# mine\nHome = " + home + "\nbox = " + box.toHostName() + ", box.key\n");
        assertEquals(Optional.of(home), names.find("home"));
        assertEquals(Optional.of(box), names.find("box"));
        assertEquals(Optional.empty(), names.keyFor(home));
        assertEquals(Optional.of(new AccessKey(key.privateBytes())), names.keyFor(box));
        Files.writeString(file, "home = " + box + "\n\n");
        assertEquals(Optional.of(box), names.find("home"));
        Files.writeString(file, "\n# a line that says nothing\nhome is where\n");
        assertTrue(assertThrows(IOException.class, () -> names.find("home")).getMessage()
                .contains("names:3: "));
    }
}
