package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.options.CompositeOption;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerMethod;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.FrameworkWiring;

/** Runs the tests of a class inside Felix, a fresh one each, with every jar of {@code target/bundles}. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerMethod.class)
public abstract class BaseIT {

    /** SPI Fly has to run before slf4j-api looks for its provider. */
    private static final Set<String> FIRST =
            Set.of("org.apache.aries.spifly.dynamic.bundle.jar", "slf4j-api.jar", "slf4j-simple.jar");
    private static final int FIRST_LEVEL = 1;
    private static final int LIBRARY_LEVEL = 2;
    private static final int CLOAKWORK_LEVEL = 3;

    private static final Duration REFRESH = Duration.ofSeconds(120);

    @Inject
    protected BundleContext context;

    @Configuration
    public Option[] framework() {
        // Otherwise bundles find services on the class path of the tests.
        Option bundlesOnly = frameworkProperty("felix.bootdelegation.implicit").value("false");
        return options(bundles(), junitBundles(), bundlesOnly);
    }

    /** Has bundles wired to what is there now, and what was uninstalled forgotten. */
    protected void refresh(Collection<Bundle> bundles) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(bundles, event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        assertTrue(done.await(REFRESH.toSeconds(), TimeUnit.SECONDS));
    }

    private static CompositeOption bundles() {
        Path folder = Path.of(System.getProperty("cloakwork.bundles"));
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars = files.sorted().toList();
            return composite(jars.stream()
                    .map(jar -> bundle(jar.toUri().toString()).startLevel(level(jar.getFileName().toString())))
                    .toArray(Option[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int level(String name) {
        if (FIRST.contains(name)) {
            return FIRST_LEVEL;
        }
        return name.startsWith("org.cloakwork.") ? CLOAKWORK_LEVEL : LIBRARY_LEVEL;
    }
}
