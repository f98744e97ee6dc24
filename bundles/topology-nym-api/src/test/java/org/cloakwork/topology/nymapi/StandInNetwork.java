package org.cloakwork.topology.nymapi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.topology.DescribedNodes;
import org.cloakwork.wire.topology.KeyRotationInfo;
import org.cloakwork.wire.topology.NodesPage;
import org.cloakwork.wire.topology.NymApiJson;
import org.cloakwork.wire.topology.SkimmedNode;

/**
 * A network of 500 nodes as a directory tells of it: 240 mix nodes in three layers, 160 entry gateways, 80 exit
 * gateways, 20 on standby. An epoch after the other some nodes go and others come; every 24 epochs all keys change.
 */
final class StandInNetwork {

    static final int NODES = 500;
    static final int MIXES = 240;
    static final int ENTRIES = 160;
    static final int EXITS = 80;
    private static final int CHANGES_AN_EPOCH = 10;
    private static final int EPOCHS_A_ROTATION = 24;
    private static final List<String> COUNTRIES = List.of("DE", "FR", "CH", "US", "SG");
    private static final DateTimeFormatter DIRECTORY_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSSSS '+00:00:00'").withZone(ZoneOffset.UTC);

    private final Random random = new Random(1);
    private final Map<Long, Machine> machines = new TreeMap<>();
    private long lastId;
    private long epoch = 240;
    private Instant refreshedAt = Instant.now();

    private static final class Machine {

        private final IdentityKey identity = identity();
        private final IdentityKey exit = identity();
        private final EncryptionKey exitKey = new EncryptionKey(identity.bytes());
        private EncryptionKey sphinxKey;
        private final int place;

        Machine(int place, Random random) {
            this.place = place;
            rotate(random);
        }

        void rotate(Random random) {
            byte[] key = new byte[32];
            random.nextBytes(key);
            sphinxKey = new EncryptionKey(key);
        }
    }

    StandInNetwork() {
        for (int place = 0; place < NODES; place++) {
            machines.put(++lastId, new Machine(place, random));
        }
    }

    private static IdentityKey identity() {
        try {
            byte[] encoded = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
            return new IdentityKey(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Some nodes go, and others come in their places; now and then all have new keys. */
    void nextEpoch() {
        epoch++;
        refreshedAt = Instant.now();
        for (int i = 0; i < CHANGES_AN_EPOCH; i++) {
            long[] ids = machines.keySet().stream().mapToLong(id -> id).toArray();
            Machine gone = machines.remove(ids[random.nextInt(ids.length)]);
            machines.put(++lastId, new Machine(gone.place, random));
        }
        if (epoch % EPOCHS_A_ROTATION == 0) {
            machines.values().forEach(machine -> machine.rotate(random));
        }
    }

    void madeAt(Instant when) {
        refreshedAt = when;
    }

    long rotation() {
        return epoch / EPOCHS_A_ROTATION;
    }

    long epoch() {
        return epoch;
    }

    Set<IdentityKey> identities() {
        return Set.copyOf(machines.values().stream().map(machine -> machine.identity).toList());
    }

    private Set<Long> ids(int from, int to) {
        Set<Long> ids = new TreeSet<>();
        machines.forEach((id, machine) -> {
            if (machine.place >= from && machine.place < to) {
                ids.add(id);
            }
        });
        return ids;
    }

    byte[] rewardedSet() {
        int layer = MIXES / 3;
        return NymApiJson.write(new Topology.RewardedSet(epoch, ids(MIXES, MIXES + ENTRIES),
                ids(MIXES + ENTRIES, MIXES + ENTRIES + EXITS), ids(0, layer), ids(layer, 2 * layer),
                ids(2 * layer, MIXES), ids(MIXES + ENTRIES + EXITS, NODES)));
    }

    byte[] keyRotation() {
        return NymApiJson.write(new KeyRotationInfo(EPOCHS_A_ROTATION, 0, epoch, refreshedAt,
                Duration.ofHours(1)));
    }

    byte[] mixnodes() {
        return page(ids(0, MIXES));
    }

    /** Exits are among them. */
    byte[] gateways() {
        return page(ids(MIXES, MIXES + ENTRIES + EXITS));
    }

    private byte[] page(Set<Long> ids) {
        List<SkimmedNode> nodes = new ArrayList<>();
        ids.forEach(id -> nodes.add(skimmed(id, machines.get(id))));
        String written = new String(NymApiJson.write(new NodesPage(new NodesPage.Metadata(Optional.empty(), epoch,
                rotation(), refreshedAt), nodes.size(), 0, nodes)), StandardCharsets.UTF_8);
        String fresh = "{\"fresh\":{\"id\":" + epoch % 720 + ",\"epochs_in_interval\":720,\"current_epoch_start\":\""
                + refreshedAt + "\",\"current_epoch_id\":" + epoch % 720
                + ",\"epoch_length\":{\"secs\":3600,\"nanos\":0},\"total_elapsed_epochs\":" + epoch + "}}";
        return written.replace("\"status\":null", "\"status\":" + fresh)
                .replace("\"refreshed_at\":\"" + refreshedAt + '"',
                        "\"refreshed_at\":\"" + DIRECTORY_TIME.format(refreshedAt) + '"')
                .getBytes(StandardCharsets.UTF_8);
    }

    private static SkimmedNode skimmed(long id, Machine machine) {
        boolean gateway = machine.place >= MIXES;
        boolean exit = isExit(machine);
        return new SkimmedNode(id, machine.identity, List.of(address(machine)), 1789, machine.sphinxKey,
                gateway ? exit ? SkimmedNode.EpochRole.Other.EXIT_GATEWAY : SkimmedNode.EpochRole.Other.ENTRY_GATEWAY
                        : new SkimmedNode.EpochRole.Mixnode(1 + machine.place * 3 / MIXES),
                new SkimmedNode.DeclaredRoles(!gateway, gateway, exit, exit),
                gateway ? Optional.of(new SkimmedNode.EntryPorts(Optional.of("node" + id + ".example.org"), 9000,
                        OptionalInt.of(9001))) : Optional.empty(),
                // One of ten is below the limit.
                new BigDecimal(machine.place % 10 == 9 ? "0.31" : "0.97"));
    }

    private static boolean isExit(Machine machine) {
        return machine.place >= MIXES + ENTRIES && machine.place < MIXES + ENTRIES + EXITS;
    }

    private static InetAddress address(Machine machine) {
        return NodeAddress.parseIp("10.0." + machine.place / 200 + "." + (1 + machine.place % 200));
    }

    byte[] described() {
        List<DescribedNodes.Described> all = new ArrayList<>();
        machines.forEach((id, machine) -> {
            Node node = skimmed(id, machine).toNode().orElseThrow();
            all.add(new DescribedNodes.Described(node, isExit(machine) ? Optional.of(new KnownExit(
                    new MixnetAddress(machine.exit, machine.exitKey, machine.identity),
                    Optional.of(COUNTRIES.get(machine.place % COUNTRIES.size())), OptionalInt.empty()))
                    : Optional.empty()));
        });
        return DescribedNodes.write(all, rotation());
    }

    /** {@return a directory that tells this network, compressed as the public one tells its lists} */
    StandIn directory() throws IOException {
        StandIn directory = new StandIn();
        mend(directory);
        return directory;
    }

    /** Has a directory tell what is so. */
    void mend(StandIn directory) {
        directory.on(StandIn.KEY_ROTATION, exchange -> StandIn.body("application/json", keyRotation()).give(exchange))
                .on(StandIn.REWARDED_SET, exchange -> StandIn.body("application/json", rewardedSet()).give(exchange))
                .on(StandIn.MIXNODES, exchange -> compressed(mixnodes()).give(exchange))
                .on(StandIn.GATEWAYS, exchange -> compressed(gateways()).give(exchange))
                .on(StandIn.DESCRIBED, exchange -> compressed(described()).give(exchange));
    }

    static StandIn.Answer compressed(byte[] json) {
        return exchange -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(json);
            }
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            StandIn.body("application/json", out.toByteArray()).give(exchange);
        };
    }
}
