package org.cloakwork.store.mvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.PassphraseException;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreFullException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MvClientStoreTest {

    private static final int KILLS = 20;

    @TempDir
    private Path folder;

    private MvStoreProvider provider() {
        return new MvStoreProvider(folder, 1 << 20);
    }

    private Path file(String client) {
        return folder.resolve(client).resolve(MvClientStore.FILE);
    }

    private static Map<Long, byte[]> rows(ClientStore store, String table) throws StoreException {
        Map<Long, byte[]> rows = new TreeMap<>();
        store.forEach(table, (key, value) -> rows.put(ByteBuffer.wrap(key).getLong(), value));
        return rows;
    }

    private static Change put(String table, long key, byte[] value) {
        return new Change.Put(table, KilledWriter.key(key), value);
    }

    private MvStoreProvider provider(String passphrase) {
        MvStoreProvider provider = provider();
        provider.setPassphrase(new Passphrase(passphrase.toCharArray()));
        return provider;
    }

    private Map<String, String> files(String client) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder.resolve(client))) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), new String(Files.readAllBytes(file),
                        StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    private void assertNowhere(String client, String text) throws IOException {
        files(client).forEach((name, content) -> assertFalse(content.contains(text), text + " is in " + name));
    }

    private void assertSomewhere(String client, String text) throws IOException {
        assertTrue(files(client).values().stream().anyMatch(content -> content.contains(text)), text);
    }

    @Test
    void whatWasRemovedIsInNoFileAfterItIsTidied() throws Exception {
        try (ClientStore store = provider().open("a")) {
            store.commit(List.of(put("t", 1, "delivered".getBytes()), put("t", 2, "waiting".getBytes())));
            store.commit(List.of(put("t", 3, "first form".getBytes())));
            store.commit(List.of(new Change.Remove("t", KilledWriter.key(1)), put("t", 3, "second form".getBytes())));
            assertSomewhere("a", "delivered");
            assertSomewhere("a", "first form");
            Path same = Files.createLink(folder.resolve("same"), file("a"));
            store.tidy();
            assertNowhere("a", "delivered");
            assertNowhere("a", "first form");
            assertSomewhere("a", "waiting");
            assertArrayEquals(new byte[(int) Files.size(same)], Files.readAllBytes(same), "not written over");
            store.commit(List.of(put("t", 4, new byte[]{4})));
        }
        try (ClientStore store = provider().open("a")) {
            assertEquals(List.of(2L, 3L, 4L), List.copyOf(rows(store, "t").keySet()));
            assertArrayEquals("second form".getBytes(), rows(store, "t").get(3L));
        }
    }

    @Test
    void whatWasRemovedBeforeACrashIsTidiedByTheNext() throws Exception {
        try (ClientStore store = provider().open("a")) {
            store.commit(List.of(put("t", 1, "delivered".getBytes())));
            store.commit(List.of(new Change.Remove("t", KilledWriter.key(1))));
        }
        assertSomewhere("a", "delivered");
        try (ClientStore store = provider().open("a")) {
            store.tidy();
        }
        assertNowhere("a", "delivered");
    }

    @Test
    void manyRowsAreTheSameAfterwards() throws Exception {
        Random random = new Random(3);
        try (ClientStore store = new MvStoreProvider(folder, Long.MAX_VALUE).open("a")) {
            Map<Long, byte[]> expected = new TreeMap<>();
            for (long key = 0; key < 1000; key++) {
                byte[] value = new byte[random.nextInt(20_000)];
                random.nextBytes(value);
                store.commit(List.of(put("t", key, value)));
                expected.put(key, value);
                if (key % 3 == 0) {
                    store.commit(List.of(new Change.Remove("t", KilledWriter.key(key))));
                    expected.remove(key);
                }
            }
            long before = Files.size(file("a"));
            long begin = System.nanoTime();
            store.tidy();
            System.out.printf("tidied %d bytes to %d in %d ms%n", before, Files.size(file("a")),
                    (System.nanoTime() - begin) / 1_000_000);
            Map<Long, byte[]> found = rows(store, "t");
            assertEquals(expected.keySet(), found.keySet());
            expected.forEach((key, value) -> assertArrayEquals(value, found.get(key)));
        }
    }

    private static Optional<Passphrase> passphrase(String text) {
        return Optional.of(text).filter(given -> !given.isEmpty()).map(given -> new Passphrase(given.toCharArray()));
    }

    private void assertHolds(String passphrase, String content) throws Exception {
        try (ClientStore store = (passphrase.isEmpty() ? provider() : provider(passphrase)).open("a")) {
            assertArrayEquals(content.getBytes(), rows(store, "table").get(1L));
        }
    }

    @ParameterizedTest
    @CsvSource({"'', one", "one, another", "one, ''", "one, one", "'', ''"})
    void thePassphraseOfAStoreIsChanged(String from, String to) throws Exception {
        MvStorePassphrase keeper = new MvStorePassphrase();
        Path store = folder.resolve("a");
        try (ClientStore open = (from.isEmpty() ? provider() : provider(from)).open("a")) {
            open.commit(List.of(put("table", 1, "a message".getBytes())));
            StoreException inUse = assertThrows(StoreException.class,
                    () -> keeper.change(store, passphrase(from), passphrase(to)));
            assertTrue(inUse.getMessage().contains("in use"), inUse.getMessage());
        }
        if (!from.isEmpty() && !from.equals(to)) {
            Map<String, String> before = files("a");
            for (Optional<Passphrase> wrong : List.of(passphrase("wrong"), Optional.<Passphrase>empty())) {
                assertThrows(PassphraseException.class, () -> keeper.change(store, wrong, passphrase(to)));
            }
            assertEquals(before, files("a"));
        }
        for (int time = 0; time < 2; time++) {
            keeper.change(store, passphrase(from), passphrase(to));
            assertHolds(to, "a message");
        }
        assertEquals(to.isEmpty() ? Set.of("state.mv", "state.lock") : Set.of("state.sealed.mv", "state.key",
                "state.lock"), files("a").keySet());
        if (!from.isEmpty() && !to.isEmpty() && !from.equals(to)) {
            assertThrows(PassphraseException.class, () -> provider(from).open("a"));
        }
    }

    /** A change that takes the passphrase away is broken off after the state is there in the clear. */
    @Test
    void aChangeThatWasBrokenOffIsNoneUntilItIsDoneAgain() throws Exception {
        try (ClientStore open = provider("one").open("a")) {
            open.commit(List.of(put("table", 1, "a message".getBytes())));
        }
        Map<String, byte[]> before = new TreeMap<>();
        for (String name : files("a").keySet()) {
            before.put(name, Files.readAllBytes(folder.resolve("a").resolve(name)));
        }
        MvStorePassphrase keeper = new MvStorePassphrase();
        keeper.change(folder.resolve("a"), passphrase("one"), Optional.empty());
        for (String name : List.of("state.sealed.mv", "state.key")) {
            Files.write(folder.resolve("a").resolve(name), before.get(name));
        }
        assertThrows(PassphraseException.class, () -> provider().open("a"));
        keeper.change(folder.resolve("a"), passphrase("one"), Optional.empty());
        assertHolds("", "a message");
        assertEquals(Set.of("state.mv", "state.lock"), files("a").keySet());
    }

    @Test
    void underAPassphraseNothingOfItCanBeRead() throws Exception {
        try (ClientStore store = provider("correct horse").open("a")) {
            assertTrue(store.passphrase().isPresent());
            store.commit(List.of(put("table-of-messages", 1, "a secret message".getBytes())));
            store.tidy();
        }
        assertNowhere("a", "a secret message");
        assertNowhere("a", "table-of-messages");
        try (ClientStore store = provider("correct horse").open("a")) {
            assertArrayEquals("a secret message".getBytes(), rows(store, "table-of-messages").get(1L));
        }
        Map<String, String> before = files("a");
        for (MvStoreProvider wrong : List.of(provider("incorrect"), provider())) {
            PassphraseException e = assertThrows(PassphraseException.class, () -> wrong.open("a"));
            assertTrue(e.getMessage().startsWith(folder.resolve("a").toString()), e.getMessage());
        }
        assertEquals(before, files("a"));
    }

    @Test
    void aStoreInTheClearIsEncryptedFromTheFirstTimeOn() throws Exception {
        try (ClientStore store = provider().open("a")) {
            store.commit(List.of(put("t", 1, "a secret message".getBytes())));
        }
        Path same = Files.createLink(folder.resolve("same"), file("a"));
        try (ClientStore store = provider("correct horse").open("a")) {
            assertArrayEquals("a secret message".getBytes(), rows(store, "t").get(1L));
        }
        assertNowhere("a", "a secret message");
        assertFalse(Files.exists(file("a")));
        assertArrayEquals(new byte[(int) Files.size(same)], Files.readAllBytes(same), "not written over");
        try (ClientStore store = provider("correct horse").open("a")) {
            assertArrayEquals("a secret message".getBytes(), rows(store, "t").get(1L));
        }
    }

    @Test
    void keepsWhatWasCommitted() throws Exception {
        try (ClientStore store = provider().open("a")) {
            store.commit(List.of(put("t", 2, new byte[]{2}), put("t", 1, new byte[0]), put("u", 1, new byte[]{9})));
            store.commit(List.of(put("t", 2, new byte[]{3}), new Change.Remove("u", KilledWriter.key(1)),
                    new Change.Remove("t", KilledWriter.key(7)), put("t", 3, new byte[]{1}),
                    put("t", 3, new byte[]{4})));
        }
        try (ClientStore store = provider().open("a")) {
            List<byte[]> keys = new ArrayList<>();
            store.forEach("t", (key, value) -> keys.add(key));
            assertArrayEquals(new byte[][]{KilledWriter.key(1), KilledWriter.key(2), KilledWriter.key(3)},
                    keys.toArray());
            assertArrayEquals(new byte[0], rows(store, "t").get(1L));
            assertArrayEquals(new byte[]{3}, rows(store, "t").get(2L));
            assertArrayEquals(new byte[]{4}, rows(store, "t").get(3L));
            assertEquals(Map.of(), rows(store, "u"));
            assertEquals(Map.of(), rows(store, "never-written"));
            assertEquals(folder.resolve("a"), store.directory());
        }
    }

    @Test
    void clientsHaveTheirOwn() throws Exception {
        try (ClientStore a = provider().open("a"); ClientStore b = provider().open("b")) {
            a.commit(List.of(put("t", 1, new byte[]{1})));
            assertEquals(Map.of(), rows(b, "t"));
        }
    }

    @Test
    void ordersKeysAsUnsignedBytes() throws Exception {
        try (ClientStore store = provider().open("a")) {
            byte[][] keys = {{0}, {0, 0}, {1}, {127}, {(byte) 128}, {(byte) 255}};
            List<Change> changes = new ArrayList<>();
            Arrays.asList(keys).reversed().forEach(key -> changes.add(new Change.Put("t", key, key)));
            store.commit(changes);
            List<byte[]> read = new ArrayList<>();
            store.forEach("t", (key, value) -> read.add(key));
            assertArrayEquals(keys, read.toArray());
        }
    }

    @Test
    void onlyTheOwnerReads() throws Exception {
        provider().open("a").close();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a"))));
        try (var files = Files.list(folder.resolve("a"))) {
            for (Path file : files.toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                        file.toString());
            }
        }
    }

    @Test
    void secondOpenIsRefused() throws Exception {
        try (ClientStore store = provider().open("a")) {
            StoreException refused = assertThrows(StoreException.class, () -> provider().open("a"));
            assertTrue(refused.getMessage().contains(folder.resolve("a") + ": in use"), refused.getMessage());
            store.commit(List.of(put("t", 1, new byte[]{1})));
        }
        provider().open("a").close();
    }

    @Test
    void secondProcessIsRefused() throws Exception {
        Process writer = writer();
        try (BufferedReader lines = writer.inputReader()) {
            lines.readLine();
            StoreException refused = assertThrows(StoreException.class, () -> provider().open("killed"));
            assertTrue(refused.getMessage().contains(folder.resolve("killed") + ": in use"), refused.getMessage());
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    @Test
    void fullStoreRefusesAndGoesOn() throws Exception {
        try (MvClientStore store = (MvClientStore) provider().open("a")) {
            store.commit(List.of(put("t", 1, new byte[600_000])));
            long before = store.bytes();
            StoreFullException full = assertThrows(StoreFullException.class, () -> store.commit(List.of(
                    put("t", 2, new byte[100]), put("new", 3, new byte[600_000]),
                    new Change.Remove("t", KilledWriter.key(7)))));
            assertTrue(full.getMessage().contains("1048576 bytes"), full.getMessage());
            assertEquals(before, store.bytes());
            assertEquals(List.of(1L), List.copyOf(rows(store, "t").keySet()));
            assertEquals(Map.of(), rows(store, "new"));
            store.commit(List.of(new Change.Remove("t", KilledWriter.key(1)), put("new", 3, new byte[600_000])));
        }
        try (MvClientStore store = (MvClientStore) provider().open("a")) {
            assertEquals(Map.of(), rows(store, "t"));
            assertEquals(600_000, rows(store, "new").get(3L).length);
            assertEquals(8 + 4 + 32 + 600_000, store.bytes());
        }
    }

    @Test
    void limitsOfRowsAreRefusedBeforehand() {
        byte[] key = new byte[ClientStore.MAX_KEY_BYTES + 1];
        assertThrows(IllegalArgumentException.class, () -> new Change.Remove("t", key));
        assertThrows(IllegalArgumentException.class, () -> new Change.Put("t", new byte[0], new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> new Change.Put("T t", new byte[1], new byte[1]));
        byte[] value = new byte[ClientStore.MAX_VALUE_BYTES + 1];
        assertThrows(IllegalArgumentException.class, () -> new Change.Put("t", new byte[1], value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", "a b", "ä"})
    void namesThatAreNoFolderAreRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> provider().open(name));
    }

    @Test
    void closedStoreSaysSo() throws Exception {
        ClientStore store = provider().open("a");
        store.close();
        store.close();
        assertThrows(StoreException.class, () -> store.commit(List.of(put("t", 1, new byte[1]))));
        assertThrows(StoreException.class, () -> store.forEach("t", (key, value) -> { }));
    }

    /** An interrupt closes files in the middle of things, as a disk that fails does. */
    @Test
    void goesOnAfterAFailure() throws Exception {
        try (MvClientStore store = (MvClientStore) provider().open("a")) {
            store.commit(List.of(put("t", 1, new byte[]{1})));
            long before = store.bytes();
            Thread.currentThread().interrupt();
            assertThrows(StoreException.class, () -> store.commit(List.of(put("t", 2, new byte[]{2}))));
            assertTrue(Thread.interrupted());
            store.commit(List.of(put("t", 2, new byte[]{2}), new Change.Remove("t", KilledWriter.key(1))));
            assertEquals(List.of(2L), List.copyOf(rows(store, "t").keySet()));
            assertEquals(before, store.bytes());
            StoreException refused = assertThrows(StoreException.class, () -> provider().open("a"));
            assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
        }
        try (ClientStore store = provider().open("a")) {
            assertEquals(List.of(2L), List.copyOf(rows(store, "t").keySet()));
        }
    }

    @Test
    void fileDoesNotGrowWithCommits() throws Exception {
        byte[] value = new byte[2000];
        try (ClientStore store = provider().open("a")) {
            for (int i = 0; i < 2_000; i++) {
                store.commit(List.of(put("t", i, value), new Change.Remove("t", KilledWriter.key(i - 100))));
            }
        }
        assertTrue(Files.size(file("a")) < 64 << 20, Files.size(file("a")) + " bytes");
        System.out.println("2000 commits: file of " + Files.size(file("a")) + " bytes for 100 rows of 2000");
    }

    @Test
    void damageIsRefusedAndNothingOverwritten() throws Exception {
        Random random = new Random(7);
        try (ClientStore store = provider().open("a")) {
            for (int i = 0; i < 30; i++) {
                byte[] value = new byte[3000];
                random.nextBytes(value);
                store.commit(List.of(put("t", i, value)));
            }
        }
        byte[] good = Files.readAllBytes(file("a"));
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            byte[] bad = good.clone();
            int from = random.nextInt(bad.length);
            for (int at = from; at < Math.min(bad.length, from + 1 + random.nextInt(4000)); at++) {
                bad[at] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file("a"), bad);
            try (ClientStore store = provider().open("a")) {
                // Garbage and second copies of headers may be damaged without harm.
                assertEquals(30, rows(store, "t").size());
            } catch (StoreException e) {
                refused++;
                assertTrue(e.getMessage().contains(file("a").toString()), e.getMessage());
                assertArrayEquals(bad, Files.readAllBytes(file("a")), "the damaged file was changed");
            }
        }
        assertTrue(refused > 50, refused + " refused");
        System.out.println("200 damaged files: " + refused + " refused and left alone, the others had all rows");
        for (byte[] bad : List.of(new byte[0], new byte[]{1, 2, 3}, new byte[100_000])) {
            Files.write(file("a"), bad);
            StoreException e = assertThrows(StoreException.class, () -> provider().open("a"));
            assertTrue(e.getMessage().contains(file("a").toString()), e.getMessage());
            assertArrayEquals(bad, Files.readAllBytes(file("a")));
        }
    }

    @Test
    void unfinishedCreationIsBegunAnew() throws Exception {
        Files.createDirectories(folder.resolve("a"));
        Files.write(folder.resolve("a").resolve("state.new"), new byte[]{1, 2, 3});
        try (ClientStore store = provider().open("a")) {
            store.commit(List.of(put("t", 1, new byte[1])));
        }
    }

    @Test
    void killedAtRandomInstants() throws Exception {
        Random random = new Random();
        long started = System.nanoTime();
        long last = 0;
        int unreported = 0;
        int kills = 0;
        while (kills < KILLS && System.nanoTime() - started < Duration.ofSeconds(55).toNanos()) {
            Process writer = writer();
            long reported = last;
            try (BufferedReader lines = writer.inputReader()) {
                assertEquals("from " + last, lines.readLine());
                long until = System.nanoTime() + random.nextInt(1_000_000_000);
                Thread killer = Thread.ofVirtual().start(() -> {
                    try {
                        Thread.sleep(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    writer.toHandle().destroyForcibly();
                });
                StringBuilder line = new StringBuilder();
                for (int c = lines.read(); c >= 0; c = lines.read()) {
                    if (c == '\n') {
                        reported = Long.parseLong(line.toString());
                        line.setLength(0);
                    } else {
                        line.append((char) c);
                    }
                }
                killer.join();
            }
            assertEquals(128 + 9, writer.waitFor());
            kills++;
            try (ClientStore store = new MvStoreProvider(folder, Long.MAX_VALUE).open("killed")) {
                Map<Long, byte[]> left = rows(store, "left");
                Map<Long, byte[]> right = rows(store, "right");
                List<byte[]> counter = new ArrayList<>();
                store.forEach("counter", (key, value) -> counter.add(value));
                last = counter.isEmpty() ? 0 : ByteBuffer.wrap(counter.getFirst()).getLong();
                assertTrue(last == reported || last == reported + 1, "reported " + reported + ", found " + last);
                unreported += (int) (last - reported);
                assertEquals(left.keySet(), right.keySet());
                left.forEach((key, value) -> assertArrayEquals(value, right.get(key)));
                assertEquals(Math.min(last, KilledWriter.KEPT), left.size());
            }
        }
        System.out.printf("%d kills in %.1f s: %d commits, %d whole ones whose return nobody saw, none lost or half%n",
                kills, (System.nanoTime() - started) / 1e9, last, unreported);
        assertEquals(KILLS, kills);
    }

    private Process writer() throws Exception {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), KilledWriter.class.getName(),
                folder.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
