package org.cloakwork.topology.file;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.topology.TopologyJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTopologyTest {

    @TempDir
    private Path folder;

    private static Topology topology() {
        byte[] basePoint = new byte[32];
        Arrays.fill(basePoint, (byte) 0x66);
        basePoint[0] = 0x58;
        Map<Long, Node> nodes = new HashMap<>();
        for (long id = 1; id <= 4; id++) {
            NodeAddress address = NodeAddress.parse("127.0.0.1:" + (10000 + id));
            nodes.put(id, new Node(id, address, id < 4 ? Optional.empty() : Optional.of(
                    new Node.Entry(List.of(address.ip()), 9000, Optional.empty(), OptionalInt.empty())),
                    new IdentityKey(basePoint), new EncryptionKey(new byte[32]),
                    Set.of(id < 4 ? Node.Role.MIXNODE : Node.Role.ENTRY), OptionalInt.empty()));
        }
        return new Topology(240, 10, Instant.parse("2026-01-01T00:00:00Z"), new Topology.RewardedSet(240, Set.of(4L),
                Set.of(), Set.of(1L), Set.of(2L), Set.of(3L), Set.of()), nodes);
    }

    private static Topology fetch(Path path) throws Exception {
        return new FileTopology.Factory().create(Map.of("path", path.toString())).fetch().get(10, TimeUnit.SECONDS);
    }

    private void assertRefused(Path path, String message) {
        TopologyException e = assertInstanceOf(TopologyException.class,
                assertThrows(ExecutionException.class, () -> fetch(path)).getCause());
        assertTrue(e.getMessage().startsWith(path + ": " + message), e.getMessage());
    }

    @Test
    void aByteOrderMarkAndEndsOfLinesOfWindowsAreReadAndUtf16IsRefused() throws Exception {
        Path path = folder.resolve("network.json");
        String json = new String(TopologyJson.write(topology()), StandardCharsets.UTF_8).replace("\n", "\r\n");
        Files.writeString(path, "\ufeff" + json + "\r\n");
        assertEquals(topology().nodes(), fetch(path).nodes());
        Files.writeString(path, json, StandardCharsets.UTF_16);
        assertRefused(path, "is UTF-16; the file is to be saved as UTF-8");
    }

    @Test
    void theServiceLoaderFindsAPartThatReadsTheFileAnewEachTime() throws Exception {
        Path path = folder.resolve("net.json");
        Files.write(path, TopologyJson.write(topology()));
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).findFirst().orElseThrow();
        assertEquals("file", factory.name());
        TopologyProvider provider = (TopologyProvider) factory.create(Map.of("path", path.toString()));
        assertEquals(topology(), provider.fetch().get(10, TimeUnit.SECONDS));

        Files.writeString(path, Files.readString(path).replace("\"key_rotation_id\":10", "\"key_rotation_id\":11"));
        assertEquals(11, provider.fetch().get(10, TimeUnit.SECONDS).keyRotationId());
    }

    @Test
    void errorsNameTheFileAndTheField() throws IOException {
        Path path = folder.resolve("net.json");
        assertRefused(path, "no such file");
        String json = new String(TopologyJson.write(topology()), StandardCharsets.UTF_8);
        Files.writeString(path, json.replace("127.0.0.1:10004", "gate.example:10004"));
        assertRefused(path, "node_details.4.mix_host: \"gate.example:10004\"");
        Files.writeString(path, json.replace("\"layer2\":[2]", "\"layer2\":[]"));
        assertRefused(path, "no route can be built");
        Files.writeString(path, "{");
        assertRefused(path, "not JSON");
        assertRefused(folder, "not a regular file");
    }

    @Test
    void exitsAreNamedInTheSameFile() throws Exception {
        Path path = folder.resolve("net.json");
        Node gateway = topology().nodes().get(4L);
        MixnetAddress address = new MixnetAddress(gateway.identity(), gateway.sphinxKey(), gateway.identity());
        KnownExit exit = new KnownExit(address, Optional.of("DE"), OptionalInt.empty());
        TopologyProvider provider = new FileTopology.Factory().create(Map.of("path", path.toString()));
        Files.write(path, TopologyJson.write(topology()));
        assertEquals(List.of(), provider.exits().get(10, TimeUnit.SECONDS));
        Files.write(path, TopologyJson.write(topology(), List.of(exit)));
        assertEquals(List.of(exit), provider.exits().get(10, TimeUnit.SECONDS));
        assertEquals(topology(), fetch(path));
        assertEquals(List.of(exit), topology().reachable(List.of(exit)));
        Files.writeString(path, Files.readString(path).replace("\"DE\"", "\"Atlantis\""));
        String message = assertThrows(ExecutionException.class, () -> provider.exits().get(10, TimeUnit.SECONDS))
                .getCause().getMessage();
        assertTrue(message.startsWith(path + ": exits.0.country: "), message);
        Files.writeString(path, Files.readString(path).replace(address.toString(), "nowhere"));
        message = assertThrows(ExecutionException.class, () -> provider.exits().get(10, TimeUnit.SECONDS))
                .getCause().getMessage();
        assertTrue(message.startsWith(path + ": exits.0.address: "), message);
    }

    @Test
    void aTooLargeFileIsRefused() throws IOException {
        Path path = folder.resolve("large.json");
        byte[] json = TopologyJson.write(topology());
        byte[] padded = Arrays.copyOf(json, FileTopology.MAX_FILE_BYTES);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        Files.write(path, padded);
        assertEquals(topology(), assertDoesNotThrow(() -> fetch(path)));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(FileTopology.MAX_FILE_BYTES + 1L);
        }
        assertRefused(path, "larger than 16777216 bytes");
    }

    @Test
    void configurationIsChecked() {
        FileTopology.Factory factory = new FileTopology.Factory();
        assertEquals("topology file: path: missing; allowed is the path of a topology file",
                assertThrows(IllegalArgumentException.class, () -> factory.create(Map.of())).getMessage());
        assertEquals("topology file: file: unknown key; allowed is the keys path",
                assertThrows(IllegalArgumentException.class,
                        () -> factory.create(Map.of("path", "x", "file", "y"))).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> factory.create(Map.of("path", "a\0b")))
                .getMessage().startsWith("topology file: path: "));
        assertThrows(IllegalArgumentException.class, () -> new FileTopology(Map.of("component.name", "x")));
    }
}
