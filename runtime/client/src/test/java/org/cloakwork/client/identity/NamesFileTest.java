package org.cloakwork.client.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.MixnetAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesFileTest {

    private static final byte[] KEY = new byte[AccessKey.LENGTH];

    @TempDir
    private Path folder;

    private MixnetAddress address;

    @BeforeEach
    void makeAnAddress() {
        Arrays.fill(KEY, (byte) 7);
        Identity identity = Identity.generate(new SecureRandom()::nextBytes);
        address = new MixnetAddress(identity.identity().publicKey(), identity.encryption().publicKey(),
                identity.identity().publicKey());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void isReadWithAnyEndsOfLinesAndAByteOrderMark(String end) throws Exception {
        Files.writeString(folder.resolve("bob.key"), "\ufeff# mine" + end + new EncryptionKey(KEY) + end);
        Path file = Files.writeString(folder.resolve("names"), "\ufeffbob = " + address + ", bob.key" + end + "# none"
                + end);
        NamesFile names = new NamesFile(file);
        assertEquals(Optional.of(address), names.find("bob"));
        assertEquals(Optional.of(new AccessKey(KEY)), names.keyFor(address));
    }

    @Test
    void anotherEncodingIsRefusedWithFileAndLine() throws Exception {
        Path file = folder.resolve("names");
        Files.writeString(file, "# all\r\n# M\u00fcller\r\n", StandardCharsets.ISO_8859_1);
        assertMessage(file + ":2: byte 11 of the file is 0xFC, which is not UTF-8", () -> new NamesFile(file)
                .find("bob"));
        Files.writeString(file, "bob = " + address + ", bob.key\r\n", StandardCharsets.UTF_16);
        assertMessage(file + ": is UTF-16; ", () -> new NamesFile(file).find("bob"));
        Files.writeString(file, "bob = " + address + ", bob.key\r\n");
        Files.writeString(folder.resolve("bob.key"), new EncryptionKey(KEY).toString(), StandardCharsets.UTF_16);
        assertMessage(folder.resolve("bob.key") + ": is UTF-16; ", () -> new NamesFile(file).keyFor(address));
    }

    @Test
    void whatIsTooLargeIsRefusedWithItsFile() throws Exception {
        Path file = Files.write(folder.resolve("names"), new byte[2 << 20]);
        assertMessage(file + ": larger than ", () -> new NamesFile(file).find("bob"));
        Files.writeString(file, "bob = " + address + ", bob.key\n");
        Path key = Files.write(folder.resolve("bob.key"), new byte[2 << 20]);
        assertMessage(key + ": larger than ", () -> new NamesFile(file).keyFor(address));
    }

    private static void assertMessage(String beginning, Executable read) {
        String message = assertThrows(IOException.class, read).getMessage();
        assertTrue(message.startsWith(beginning), message);
    }
}
