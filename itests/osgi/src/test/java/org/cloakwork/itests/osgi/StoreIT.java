package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreProvider;
import org.junit.Test;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** The database works with nothing but what the bundle imports. */
public class StoreIT extends BaseIT {

    private static final byte[] KEY = {1};

    @Inject
    private ConfigurationAdmin configurations;

    @Test
    public void keepsWhatWasCommitted() throws Exception {
        Path folder = Files.createTempDirectory("store-it");
        configurations.getConfiguration("org.cloakwork.store", "?")
                .update(new Hashtable<>(Map.of("directory", folder.toString())));
        ServiceTracker<StoreProvider, StoreProvider> tracker =
                new ServiceTracker<>(context, StoreProvider.class, null);
        tracker.open();
        StoreProvider provider = tracker.waitForService(10_000);
        assertNotNull("the store did not come", provider);
        try (ClientStore store = provider.open("a")) {
            for (int i = 0; i < 600; i++) {
                store.commit(List.of(new Change.Put("t", KEY, new byte[]{(byte) i})));
            }
            assertThrows(StoreException.class, () -> provider.open("a"));
        }
        List<byte[]> values = new ArrayList<>();
        try (ClientStore store = provider.open("a")) {
            store.forEach("t", (key, value) -> values.add(value));
        }
        assertEquals(1, values.size());
        assertArrayEquals(new byte[]{(byte) 599}, values.getFirst());
        tracker.close();
    }
}
