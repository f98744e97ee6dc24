package org.cloakwork.client.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.PassphraseException;
import org.cloakwork.spi.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFilesTest {

    private static final Randomness RANDOM = new SecureRandom()::nextBytes;

    @TempDir
    private Path folder;

    private static Map<String, byte[]> files(Path directory) throws Exception {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void assertSame(Map<String, byte[]> expected, Map<String, byte[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, bytes) -> assertArrayEquals(bytes, actual.get(name), name));
    }

    private static Optional<Passphrase> passphrase(String text) {
        return Optional.of(new Passphrase(text.toCharArray()));
    }

    @Test
    void filesThatAnEditorSavedAreReadAndThoseInAnotherEncodingRefused() throws Exception {
        Path directory = folder.resolve("edited");
        Identity identity = KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
        Map<String, byte[]> before = files(directory);
        for (Map.Entry<String, byte[]> file : before.entrySet()) {
            Path path = directory.resolve(file.getKey());
            String text = new String(file.getValue(), StandardCharsets.US_ASCII).replace("\r\n", "\n");
            Files.writeString(path, "\ufeff" + text);
            assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty()));
            Files.writeString(path, text, StandardCharsets.UTF_16);
            String message = assertThrows(StoreException.class,
                    () -> KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty())).getMessage();
            assertEquals(path + ": is UTF-16; the file is to be saved as UTF-8; nothing was changed", message);
            Files.writeString(path, "\ufeff" + text.replace("\n", "\r\n"));
        }
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty()));
    }

    @Test
    void withAPassphraseNoPrivateKeyIsInAnyFile() throws Exception {
        Path directory = folder.resolve("sealed");
        Identity identity = KeyFiles.loadOrCreate(directory, RANDOM, passphrase("one"));
        for (byte[] key : List.of(identity.identity().seed(), identity.encryption().privateBytes(),
                identity.ackKey().bytes())) {
            String text = Base64.getEncoder().encodeToString(key);
            files(directory).forEach((name, bytes) ->
                    assertFalse(new String(bytes, StandardCharsets.US_ASCII).contains(text), name));
        }
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, passphrase("one")));
        Map<String, byte[]> before = files(directory);
        for (Optional<Passphrase> wrong : List.of(passphrase("another"), Optional.<Passphrase>empty())) {
            PassphraseException e = assertThrows(PassphraseException.class,
                    () -> KeyFiles.loadOrCreate(directory, RANDOM, wrong));
            assertTrue(e.getMessage().contains("private_identity.pem"), e.getMessage());
        }
        assertSame(before, files(directory));
    }

    @Test
    void keysThatAreThereAreSealedFromTheFirstTimeOn() throws Exception {
        Path directory = folder.resolve("clear");
        Identity identity = KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
        Path privateKey = directory.resolve("private_identity.pem");
        // Another name of the same file shows what became of its bytes.
        Path same = Files.createLink(folder.resolve("same.pem"), privateKey);
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, passphrase("one")));
        assertTrue(Files.readString(privateKey).startsWith("-----BEGIN SEALED ED25519 PRIVATE KEY-----\r\n"));
        assertArrayEquals(new byte[(int) Files.size(same)], Files.readAllBytes(same));
        assertEquals(5, files(directory).size());
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, passphrase("one")));
    }

    @ParameterizedTest
    @CsvSource({"'', one", "one, another", "one, ''", "one, one", "'', ''"})
    void thePassphraseIsChangedAlsoIfThatWasBrokenOff(String fromText, String toText) throws Exception {
        Optional<Passphrase> from = fromText.isEmpty() ? Optional.empty() : passphrase(fromText);
        Optional<Passphrase> to = toText.isEmpty() ? Optional.empty() : passphrase(toText);
        Path directory = folder.resolve("changed");
        Identity identity = KeyFiles.loadOrCreate(directory, RANDOM, from);
        Map<String, byte[]> before = files(directory);
        if (from.isPresent() && !fromText.equals(toText)) {
            assertThrows(PassphraseException.class, () -> KeyFiles.change(directory, RANDOM, passphrase("wrong"), to));
            assertSame(before, files(directory));
        }
        Path same = Files.createLink(folder.resolve("same.pem"), directory.resolve("private_identity.pem"));
        KeyFiles.change(directory, RANDOM, from, to);
        if (!fromText.equals(toText)) {
            assertArrayEquals(new byte[(int) Files.size(same)], Files.readAllBytes(same));
        }
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, to));
        Files.write(directory.resolve("ack_key.pem"), before.get("ack_key.pem"));
        KeyFiles.change(directory, RANDOM, from, to);
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, to));
        assertEquals(5, files(directory).size());
        if (from.isPresent() && to.isPresent() && !fromText.equals(toText)) {
            assertThrows(PassphraseException.class, () -> KeyFiles.loadOrCreate(directory, RANDOM, from));
        }
    }

    @Test
    void whatIsImportedIsSealedAsWell() throws Exception {
        Path data = folder.resolve("nym/data");
        Identity identity = KeyFiles.loadOrCreate(data, RANDOM, Optional.empty());
        Path to = folder.resolve("to");
        assertEquals(identity, KeyFiles.importFrom(data, to, RANDOM, passphrase("one")));
        assertThrows(PassphraseException.class, () -> KeyFiles.loadOrCreate(to, RANDOM, Optional.empty()));
        assertEquals(identity, KeyFiles.loadOrCreate(to, RANDOM, passphrase("one")));
    }

    /** Names, tags, line ends and rights as nym-client has them. */
    @Test
    void createsWhatNymClientReads() throws Exception {
        Path directory = folder.resolve("state/default");
        Identity identity = KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
        Map<String, String> expected = new TreeMap<>();
        expected.put("private_identity.pem", pem("ED25519 PRIVATE KEY", identity.identity().seed()));
        expected.put("public_identity.pem", pem("ED25519 PUBLIC KEY", identity.identity().publicKey().bytes()));
        expected.put("private_encryption.pem", pem("X25519 PRIVATE KEY", identity.encryption().privateBytes()));
        expected.put("public_encryption.pem", pem("X25519 PUBLIC KEY", identity.encryption().publicKey().bytes()));
        expected.put("ack_key.pem", pem("AES-128-CTR ACKNOWLEDGEMENTS KEY", identity.ackKey().bytes()));
        Map<String, String> found = new TreeMap<>();
        files(directory).forEach((name, bytes) -> found.put(name, new String(bytes, StandardCharsets.US_ASCII)));
        assertEquals(expected, found);
        for (String name : expected.keySet()) {
            assertEquals("rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))), name);
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty()));
    }

    private static String pem(String tag, byte[] key) {
        return "-----BEGIN " + tag + "-----\r\n" + Base64.getEncoder().encodeToString(key) + "\r\n-----END " + tag
                + "-----\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"private_identity.pem", "public_identity.pem", "private_encryption.pem",
            "public_encryption.pem", "ack_key.pem"})
    void anyFaultyFileIsNamedAndNothingOverwritten(String name) throws Exception {
        Path directory = folder.resolve("a");
        KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
        Path file = directory.resolve(name);
        byte[] good = Files.readAllBytes(file);

        Files.delete(file);
        refused(directory, file, "missing");
        Files.createDirectory(file);
        refused(directory, file, "not a file");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("nowhere"));
        refused(directory, file, "missing");
        Files.delete(file);
        Files.write(file, new byte[0]);
        refused(directory, file, "not a key in PEM");
        Files.write(file, new byte[100_000]);
        refused(directory, file, "not a key in PEM");
        Files.writeString(file, new String(good, StandardCharsets.US_ASCII).replace(" KEY", " CAT"));
        refused(directory, file, "another kind of key");
        if (name.startsWith("public")) {
            KeyFiles.loadOrCreate(folder.resolve("b"), RANDOM, Optional.empty());
            Files.write(file, Files.readAllBytes(folder.resolve("b").resolve(name)));
            refused(directory, file, "does not belong");
        }
        Files.write(file, good);
        KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
    }

    private static void refused(Path directory, Path file, String why) throws Exception {
        Map<String, byte[]> before = files(directory);
        StoreException e = assertThrows(StoreException.class,
                () -> KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty()));
        assertTrue(e.getMessage().startsWith(file + ": ") && e.getMessage().contains(why), e.getMessage());
        assertSame(before, files(directory));
    }

    @Test
    void interruptedCreationIsFinished() throws Exception {
        Path directory = folder.resolve("a");
        Identity identity = KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
        for (String name : new String[]{"ack_key.pem", "public_encryption.pem"}) {
            Files.move(directory.resolve(name), directory.resolve(name + ".new"));
        }
        assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty()));
        for (String name : files(directory).keySet()) {
            Files.move(directory.resolve(name), directory.resolve(name + ".new"));
        }
        Files.writeString(directory.resolve("ack_key.pem.new"), "half of");
        Identity other = KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
        assertEquals(5, files(directory).size());
        assertEquals(other, KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"client/data", "client"})
    void importsFromDataDirectoryOrItsParent(String from) throws Exception {
        Path data = folder.resolve("client/data");
        Identity identity = KeyFiles.loadOrCreate(data, RANDOM, Optional.empty());
        Path to = folder.resolve("state/default");
        assertEquals(identity, KeyFiles.importFrom(folder.resolve(from), to, RANDOM, Optional.empty()));
        assertSame(files(data), files(to));
        assertEquals(identity, KeyFiles.loadOrCreate(to, RANDOM, Optional.empty()));
    }

    @Test
    void importNeverOverwrites() throws Exception {
        Path data = folder.resolve("data");
        KeyFiles.loadOrCreate(data, RANDOM, Optional.empty());
        Path to = Files.createDirectories(folder.resolve("to"));
        Files.writeString(to.resolve("ack_key.pem"), "something");
        Map<String, byte[]> before = files(to);
        StoreException e = assertThrows(StoreException.class,
                () -> KeyFiles.importFrom(data, to, RANDOM, Optional.empty()));
        assertTrue(e.getMessage().startsWith(to.resolve("ack_key.pem") + ": there already"), e.getMessage());
        assertSame(before, files(to));
    }

    @Test
    void importOfNothingOrHalfIsRefused() throws Exception {
        Path to = folder.resolve("to");
        StoreException none = assertThrows(StoreException.class,
                () -> KeyFiles.importFrom(folder.resolve("nowhere"), to, RANDOM, Optional.empty()));
        assertTrue(none.getMessage().startsWith(folder.resolve("nowhere") + ": no key files"), none.getMessage());
        KeyFiles.loadOrCreate(folder.resolve("data"), RANDOM, Optional.empty());
        Files.delete(folder.resolve("data/public_encryption.pem"));
        StoreException half = assertThrows(StoreException.class,
                () -> KeyFiles.importFrom(folder, to, RANDOM, Optional.empty()));
        assertTrue(half.getMessage().contains("public_encryption.pem: missing"), half.getMessage());
        assertFalse(Files.exists(to));
    }

    /** In memory: made, sealed, changed, and for nobody else. */
    @Test
    void onWindowsKeysAreKeptAsElsewhere() throws Exception {
        try (FileSystem windows = Jimfs.newFileSystem(Configuration.windows().toBuilder()
                .setAttributeViews("basic", "owner", "acl").build())) {
            Path directory = windows.getPath("C:\\Users\\me\\state\\default");
            Identity identity = KeyFiles.loadOrCreate(directory, RANDOM, Optional.empty());
            assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, passphrase("one")));
            KeyFiles.change(directory, RANDOM, passphrase("one"), passphrase("two"));
            assertEquals(identity, KeyFiles.loadOrCreate(directory, RANDOM, passphrase("two")));
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    assertFalse(file.toString().matches(".*[.](old|new)"), file.toString());
                    assertEquals(List.of(Files.getOwner(file)), Files.getFileAttributeView(file,
                            AclFileAttributeView.class).getAcl().stream().map(AclEntry::principal).toList());
                }
            }
        }
    }
}
