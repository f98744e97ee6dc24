package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.inject.Inject;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.store.StoreProvider;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/** What the parts say of their configurations (OSGi metatype) is what they accept. */
public class MetatypeIT extends BaseIT {

    private static final Set<Class<?>> PARTS = Set.of(TopologyProvider.class, GatewayTransport.class,
            PacketFormat.class, RetransmissionPolicy.class, CoverTrafficStrategy.class, StoreProvider.class);
    private static final List<String> NUMBERS = List.of("-2147483649", "-2", "-1", "0", "1", "2", "5", "6", "7", "99",
            "100", "101", "999", "1000", "1001", "65535", "65536", "65537", "599999", "600000", "600001", "3599999",
            "3600000", "3600001", "86399999", "86400000", "86400001", "2147483647", "2147483648", "1.5", "x");
    private static final Map<String, String> REQUIRED =
            Map.of("urls", "http://127.0.0.1:1/,http://127.0.0.2:1/", "path", "no-such-file.json",
                    "fronts", "a.example=b.example");

    @Inject
    private MetaTypeService metatype;

    @Test
    public void limitsAreThoseThatThePartsEnforce() throws Exception {
        List<String> compared = new ArrayList<>();
        List<String> different = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            String[] pids = metatype.getMetaTypeInformation(bundle).getPids();
            for (PartFactory<?> factory : factories(bundle)) {
                assertThrows(factory.name(), IllegalArgumentException.class,
                        () -> factory.create(Map.of("no-such-key", "1")));
                if (pids.length > 0) {
                    assertEquals(bundle + ": " + Arrays.toString(pids), 1, pids.length);
                    ObjectClassDefinition definition =
                            metatype.getMetaTypeInformation(bundle).getObjectClassDefinition(pids[0], null);
                    for (AttributeDefinition attribute :
                            definition.getAttributeDefinitions(ObjectClassDefinition.ALL)) {
                        compare(factory, attribute, different);
                        compared.add(factory.name() + "." + attribute.getID());
                    }
                }
            }
        }
        assertEquals(List.of(), different);
        assertTrue(compared.toString(), compared.size() >= 24);
    }

    private static List<PartFactory<?>> factories(Bundle bundle) throws Exception {
        URL list = bundle.getSymbolicName().startsWith("org.cloakwork.")
                ? bundle.getEntry("META-INF/services/" + PartFactory.class.getName()) : null;
        List<PartFactory<?>> factories = new ArrayList<>();
        if (list != null) {
            try (InputStream in = list.openStream()) {
                for (String name : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                    if (!name.isBlank() && bundle.loadClass(name.strip()).getDeclaredConstructor().newInstance()
                            instanceof PartFactory<?> factory && PARTS.contains(factory.type())) {
                        factories.add(factory);
                    }
                }
            }
        }
        return factories;
    }

    private static void compare(PartFactory<?> factory, AttributeDefinition attribute, List<String> different)
            throws Exception {
        if (attribute.getID().equals("agree")) {
            // Its limits depend on how many directories there are.
            return;
        }
        List<String> values = switch (attribute.getType()) {
            case AttributeDefinition.INTEGER, AttributeDefinition.DOUBLE -> NUMBERS;
            case AttributeDefinition.BOOLEAN -> List.of("true", "false");
            default -> List.of(REQUIRED.getOrDefault(attribute.getID(), "some-folder"));
        };
        for (String value : values) {
            String fault = attribute.validate(value);
            boolean allowed = fault == null || fault.isEmpty();
            if (allowed != accepts(factory, attribute.getID(), value)) {
                different.add(factory.name() + "." + attribute.getID() + " = " + value + ": metatype "
                        + (allowed ? "allows" : "refuses") + " it, the part does not");
            }
        }
    }

    private static boolean accepts(PartFactory<?> factory, String key, String value) throws Exception {
        Path folder = Files.createTempDirectory("metatype-it");
        Map<String, String> configuration = new TreeMap<>();
        switch (factory.name()) {
            case "nym-api", "agreed" -> configuration.put("urls", REQUIRED.get("urls"));
            case "file" -> configuration.put("path", REQUIRED.get("path"));
            case "mvstore" -> configuration.put("directory", folder.toString());
            default -> { }
        }
        configuration.put(key, value);
        try {
            if (factory.create(configuration) instanceof AutoCloseable part) {
                part.close();
            }
            return true;
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage(), e.getMessage().contains(key) && e.getMessage().contains("allowed is"));
            return false;
        } finally {
            Files.delete(folder);
        }
    }
}
