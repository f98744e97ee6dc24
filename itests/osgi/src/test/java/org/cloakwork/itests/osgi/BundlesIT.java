package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.slf4j.LoggerFactory;

public class BundlesIT extends BaseIT {

    @Test
    public void everyBundleIsActive() {
        Map<String, Integer> notActive = new TreeMap<>();
        int ours = 0;
        for (Bundle bundle : context.getBundles()) {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            if (bundle.getState() != (fragment ? Bundle.RESOLVED : Bundle.ACTIVE)) {
                notActive.put(bundle.getSymbolicName(), bundle.getState());
            }
            if (bundle.getSymbolicName().startsWith("org.cloakwork.")) {
                ours++;
            }
        }
        assertEquals(Map.of(), notActive);
        assertTrue(ours + " bundles of ours", ours >= 14);
    }

    @Test
    public void onlyWhatOthersCompileAgainstIsExported() {
        List<String> exporting = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("org.cloakwork."))
                .filter(bundle -> bundle.getHeaders().get(Constants.EXPORT_PACKAGE) != null)
                .map(Bundle::getSymbolicName)
                .sorted()
                .toList();
        assertEquals(List.of("org.cloakwork.api", "org.cloakwork.client", "org.cloakwork.directory",
                "org.cloakwork.doors", "org.cloakwork.proxy", "org.cloakwork.streams",
                "org.cloakwork.wire"), exporting);
    }

    @Test
    public void everyPartIsAServiceWithItsKindAndName() throws InvalidSyntaxException {
        Set<String> parts = new TreeSet<>();
        for (ServiceReference<?> reference : context.getAllServiceReferences(null, "(cloakwork.part=*)")) {
            parts.add(reference.getProperty("cloakwork.part") + " " + reference.getProperty("cloakwork.name"));
            assertNotNull(reference.toString(), context.getService(reference));
        }
        for (String part : List.of(
                "transport websocket", "transport websocket-jdk", "sphinx bouncycastle", "sphinx fast",
                "retransmission timeout", "retransmission adaptive", "cover none", "cover poisson", "cover constant",
                "routes uniform", "routes fixed", "routes subset", "routes sticky", "routes latency")) {
            assertTrue(part + " is not among " + parts, parts.contains(part));
        }
    }

    /** Sealing a packet may need Bouncy Castle, whose manifest has been wrong before. */
    @Test
    public void sphinxWorksHere() throws Exception {
        assertEquals("fast", context.getServiceReference(PacketFormat.class).getProperty("cloakwork.name"));
        for (ServiceReference<PacketFormat> reference : context.getServiceReferences(PacketFormat.class, null)) {
            sphinxWorks(context.getService(reference));
        }
    }

    private static void sphinxWorks(PacketFormat format) throws Exception {
        HexFormat hex = HexFormat.of();
        SphinxPrivateKey secret = new SphinxPrivateKey(
                hex.parseHex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"));
        EncryptionKey open = new EncryptionKey(
                hex.parseHex("07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c"));
        byte[] message = {1, 2, 3};
        Route route = new Route(PacketFormat.VERSION_SEEDS,
                List.of(new Route.Hop(NodeAddress.parse("127.0.0.1:1789"), open, 0)),
                Destination.of(new IdentityKey(new byte[32])));
        byte[] packet = format.seal(List.of(new PacketFormat.SealRequest(route, message, 100)),
                new SecureRandom()::nextBytes).getFirst();
        Processed.Final last = (Processed.Final) format.process(packet, secret);
        assertArrayEquals(message, last.message());
    }

    @Test
    public void logsReachAProvider() {
        assertEquals("org.slf4j.simple.SimpleLoggerFactory", LoggerFactory.getILoggerFactory().getClass().getName());
    }
}
