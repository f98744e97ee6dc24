package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.execution.HealthCheckExecutionOptions;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetClient;
import org.junit.Test;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** The health of clients as Felix's own executor of health checks finds it. */
public class HealthIT extends BaseIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String DIRECTORY = "cloakwork.itests.directory";
    /** Jars of the tests' class path that are bundles here. */
    private static final List<String> FURTHER = List.of("healthcheck", "eventadmin", "org.osgi.service.servlet",
            "jakarta.servlet-api");

    @Inject
    private ConfigurationAdmin configurations;

    @Override
    @org.ops4j.pax.exam.Configuration
    public Option[] framework() {
        Option[] further = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(File::new).filter(file -> FURTHER.stream().anyMatch(file.getName()::contains))
                .map(file -> bundle(file.toURI().toString())).toArray(Option[]::new);
        return OptionUtils.combine(super.framework(), composite(further),
                systemProperty(DIRECTORY).value(OutsideNetwork.directory()));
    }

    @Test
    public void felixFindsTheCheckAndIsToldWhatIsWrongAndWhenItIsOver() throws Exception {
        HealthCheckExecutor executor = service(HealthCheckExecutor.class);
        Path etc = Files.createTempDirectory("health-it");
        Files.writeString(etc.resolve("cloakwork.cfg"), "topology = nym-api\ntransport = websocket\nsphinx = fast\n"
                + "retransmission = timeout\ncover = none\n");
        Files.writeString(etc.resolve("org.cloakwork.topology.nymapi.cfg"), "urls = " + System.getProperty(DIRECTORY));
        configurations.getConfiguration("org.cloakwork.control", "?").update(new Hashtable<>(Map.of(
                "etc", etc.toString(), "clients", "alice")));
        service(HealthCheck.class);
        MixnetClient client = service(MixnetClient.class);
        client.awaitReady(PATIENCE);
        HealthCheckExecutionResult ready = execute(executor);
        assertEquals(message(ready), Result.Status.OK, ready.getHealthCheckResult().getStatus());
        assertTrue(message(ready), message(ready).contains("alice sends and receives"));
        Bundle sphinx = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().equals("org.cloakwork.sphinx.fast")).findFirst()
                .orElseThrow();
        sphinx.stop();
        ClientStates.await(client, ClientState.Degraded.class::isInstance);
        HealthCheckExecutionResult degraded = execute(executor);
        assertEquals(Result.Status.CRITICAL, degraded.getHealthCheckResult().getStatus());
        assertTrue(message(degraded), message(degraded).matches(".*alice.*no sphinx part.*"));
        sphinx.start();
        client.awaitReady(PATIENCE);
        assertEquals(Result.Status.OK, execute(executor).getHealthCheckResult().getStatus());
    }

    /** Not what the executor still knows of before. */
    private static HealthCheckExecutionResult execute(HealthCheckExecutor executor) {
        List<HealthCheckExecutionResult> results = executor.execute(HealthCheckSelector.tags("cloakwork"),
                new HealthCheckExecutionOptions().setForceInstantExecution(true));
        assertEquals(results.toString(), 1, results.size());
        assertEquals("Cloakwork", results.getFirst().getHealthCheckMetadata().getName());
        return results.getFirst();
    }

    private static String message(HealthCheckExecutionResult result) {
        return result.getHealthCheckResult().iterator().next().getMessage();
    }

    private <T> T service(Class<T> type) throws InterruptedException {
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, type, null);
        tracker.open();
        T service = tracker.waitForService(PATIENCE.toMillis());
        assertNotNull("no " + type.getSimpleName(), service);
        return service;
    }
}
