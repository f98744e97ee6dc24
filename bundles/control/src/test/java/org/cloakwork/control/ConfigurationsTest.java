package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

/** The framework goes while the files are being followed. */
class ConfigurationsTest {

    private static final long PATIENCE_SECONDS = 20;

    private final Logger logger = Logger.getLogger(Configurations.class.getName());
    private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
    private final CountDownLatch told = new CountDownLatch(1);
    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord line) {
            logged.add(line);
            told.countDown();
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    private final BlockingQueue<Thread> followers = new LinkedBlockingQueue<>();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile boolean started;
    private volatile int framework = Bundle.ACTIVE;
    private Configurations configurations;

    @BeforeEach
    void start() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        Configuration configuration = Fakes.fake(Configuration.class, Map.of("update", values -> null));
        configurations = new Configurations(
                Fakes.fake(BundleContext.class, Map.of("getBundles", none -> bundles(), "getBundle",
                        system -> Fakes.fake(Bundle.class, Map.of("getState", none -> framework)),
                        "getAllServiceReferences", filter -> null)),
                Fakes.fake(ConfigurationAdmin.class, Map.of("getConfiguration", pid -> configuration)),
                Fakes.fake(MetaTypeService.class, Map.of()),
                Fakes.fake(ServiceComponentRuntime.class, Map.of("getComponentDescriptionDTOs", none -> List.of())),
                Map.of("set.org.example/key", "value"));
        started = true;
    }

    /** At the start there are none; later the context is no longer valid, but not before the test says so. */
    private Bundle[] bundles() {
        if (!started) {
            return new Bundle[0];
        }
        followers.add(Thread.currentThread());
        while (true) {
            try {
                gone.await();
                throw new IllegalStateException("Invalid BundleContext.");
            } catch (InterruptedException e) {
                // it waits as what cannot be interrupted does
            }
        }
    }

    @AfterEach
    void end() {
        gone.countDown();
        configurations.deactivate();
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    @Test
    void anEndWhileFilesAreFollowedIsNoFault() throws Exception {
        Thread follower = followers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        configurations.deactivate();
        gone.countDown();
        assertTrue(follower.join(Duration.ofSeconds(PATIENCE_SECONDS)));
        assertEquals(List.of(), logged);
    }

    /** Then other bundles go first, and what is asked of them fails. */
    @Test
    void anEndOfTheFrameworkWhileFilesAreFollowedIsNoFault() throws Exception {
        followers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        framework = Bundle.STOPPING;
        gone.countDown();
        followers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertEquals(List.of(), logged);
    }

    @Test
    void aFaultBeforeTheEndIsTold() throws Exception {
        gone.countDown();
        assertTrue(told.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(Level.SEVERE, logged.getFirst().getLevel());
        assertEquals("Invalid BundleContext.", logged.getFirst().getThrown().getMessage());
    }
}
