package org.cloakwork.itests.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.ZipInputStream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.identity.Identity;
import org.cloakwork.client.identity.KeyFiles;
import org.cloakwork.client.store.RowStore;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * States of earlier versions, made by {@code src/test/kept/make} with their own programs, which were killed with two
 * messages waiting, one on its way, with reply keys and reply blocks.
 */
@ParameterizedClass
@ValueSource(strings = {"9b59c80", "0.1.0"})
class KeptStateTest {

    private static final String CLIENT = "default";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int REPLY_SURBS = 20;
    private static final int FORMAT = 2;

    @Parameter
    private String version;

    @TempDir
    private Path folder;

    private final Properties contents = new Properties();
    private MixnetAddress address;

    @BeforeEach
    void unpack() throws Exception {
        try (InputStream in = KeptStateTest.class.getResourceAsStream("/kept/" + version + ".properties")) {
            contents.load(in);
        }
        address = MixnetAddress.parse(contents.getProperty("address"));
        Path client = Files.createDirectory(folder.resolve(CLIENT));
        try (ZipInputStream in = new ZipInputStream(
                KeptStateTest.class.getResourceAsStream("/kept/" + version + ".zip"))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Files.copy(in, client.resolve(entry.getName()));
            }
        }
    }

    private ClientStore open() throws StoreException {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).stream().<PartFactory<?>>map(Provider::get)
                .filter(one -> one.type() == StoreProvider.class).findFirst().orElseThrow();
        return ((StoreProvider) factory.create(Map.of("directory", folder.toString()))).open(CLIENT);
    }

    private Saved load(ClientStore store) throws Exception {
        Instant at = Instant.parse(contents.getProperty("at"));
        return Saved.load(RowStore.of(store, Runnable::run), identity(), at.plusSeconds(1), Duration.ofHours(24),
                Duration.ofHours(1), new Counters<>(Counter.class));
    }

    private IdentityKey identity() throws Exception {
        Identity identity = KeyFiles.loadOrCreate(folder.resolve(CLIENT), length -> {
            throw new AssertionError("keys were made");
        }, Optional.empty());
        assertEquals(address.encryption(), identity.encryption().publicKey());
        return identity.identity().publicKey();
    }

    @Test
    void whatItHadIsThere() throws Exception {
        try (ClientStore store = open()) {
            Saved saved = load(store);
            assertEquals(address.identity(), identity());
            assertEquals(address.gateway(), saved.gateway().orElseThrow());
            assertTrue(saved.registrations().containsKey(address.gateway()));
            assertTrue(saved.topology().orElseThrow().topology().gateways().stream()
                    .anyMatch(gateway -> gateway.identity().equals(address.gateway())));
            assertEquals(List.of("a question that waits", "an answer that waits"), saved.received().stream()
                    .map(received -> received.message().text()).filter(text -> !text.isEmpty()).sorted().toList());
            // One of them was used for the answer.
            assertEquals(REPLY_SURBS - 1, saved.replyKeys().size());
            assertEquals(contents.getProperty("sender"), saved.tags().get(address).tag().toString());
            assertEquals(1, saved.messages().size());
            System.out.println("kept state of " + version + ": address " + address + ", " + saved.replyKeys().size()
                    + " reply keys, " + saved.surbs().size() + " reply blocks, messages waiting "
                    + saved.received().stream().map(received -> received.message().text()).toList() + ", "
                    + saved.messages().size() + " on its way");
        }
    }

    /** In a network of today, since the one it was in is no more: a gateway of that takes the place of the other. */
    @Test
    void aClientGoesOnWithIt() throws Exception {
        BlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
        try (LocalNetwork network = LocalNetwork.builder().start();
             MixnetClient client = MixnetClient.builder().network(network).state(folder).start()) {
            client.subscribe(received::add);
            client.awaitReady(PATIENCE);
            assertEquals(address.identity(), client.address().identity());
            assertEquals(address.encryption(), client.address().encryption());
            List<String> texts = new ArrayList<>();
            while (!texts.containsAll(Set.of("a question that waits", "an answer that waits"))) {
                ReceivedMessage next = received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertTrue(next != null, "came: " + texts);
                texts.add(next.text());
            }
        }
    }

    @Test
    void afterwardsItIsOfTodaysFormat() throws Exception {
        try (ClientStore store = open()) {
            store.commit(load(store).due());
            assertEquals(List.of(), load(store).due(), "due again");
        }
        Map<String, List<byte[]>> rows = new TreeMap<>();
        try (ClientStore store = open()) {
            for (String table : List.of("format", "surb")) {
                store.forEach(table, (key, value) -> {
                    // What a version reads that looks for no format, and what it makes of it.
                    if (table.equals("format") || value[Long.BYTES] > 2) {
                        rows.computeIfAbsent(table, name -> new ArrayList<>()).add(value);
                    }
                });
            }
        }
        assertArrayEquals(ByteBuffer.allocate(Integer.BYTES).putInt(FORMAT).array(), rows.get("format").getFirst());
        assertTrue(rows.containsKey("surb"), "nothing keeps 9b59c80 from it");
    }

    @Test
    void ofALaterFormatItIsRefusedAsItIs() throws Exception {
        try (ClientStore store = open()) {
            store.commit(List.of(new Change.Put("format", new byte[1],
                    ByteBuffer.allocate(Integer.BYTES).putInt(FORMAT + 1).array())));
            String before = rows(store);
            StoreException refused = assertThrows(StoreException.class, () -> load(store));
            assertEquals(folder.resolve(CLIENT) + ": the state is of format 3, written by a newer version of "
                    + "Cloakwork; this one knows formats up to 2. Nothing was changed: use the newer version, or a "
                    + "copy of the folder from before it", refused.getMessage());
            assertEquals(before, rows(store));
        }
        IllegalStateException refused = assertThrows(IllegalStateException.class,
                () -> MixnetClient.builder().state(folder).start());
        assertTrue(refused.getMessage().contains("newer version"), refused.getMessage());
    }

    private static String rows(ClientStore store) throws StoreException {
        List<String> rows = new ArrayList<>();
        for (String table : List.of("gateway", "reply-key", "surb", "received", "message")) {
            store.forEach(table, (key, value) -> rows.add(table + new BigInteger(1, key) + "="
                    + new BigInteger(1, value)));
        }
        return rows.stream().collect(Collectors.joining("\n"));
    }
}
