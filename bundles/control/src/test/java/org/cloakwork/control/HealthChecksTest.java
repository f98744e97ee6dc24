package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloakwork.spi.control.Control;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class HealthChecksTest {

    private final List<HealthCheck> registered = new ArrayList<>();

    private static Control control(String state, String sentence, String remedy) {
        return Fakes.fake(Control.class, Map.of("health",
                none -> new Control.Health(state, sentence, Optional.ofNullable(remedy))));
    }

    /** @param wired whether the bundle has the API */
    private BundleContext context(boolean wired) {
        Bundle bundle = Fakes.fake(Bundle.class, Map.of("loadClass", arguments -> {
            if (wired) {
                return HealthCheck.class;
            }
            throw new ClassNotFoundException();
        }));
        ServiceRegistration<?> registration = Fakes.fake(ServiceRegistration.class, Map.of("unregister", none -> {
            registered.clear();
            return null;
        }));
        return Fakes.fake(BundleContext.class, Map.of("getBundle", none -> bundle, "registerService", arguments -> {
            assertEquals(HealthCheck.class.getName(), arguments[0]);
            registered.add((HealthCheck) arguments[1]);
            return registration;
        }));
    }

    private static String told(Control control) {
        Result result = new FelixHealth(control).execute();
        return result.getStatus() + ": " + result.iterator().next().getMessage();
    }

    @Test
    void eachStateHasAStatusAndItsSentence() {
        assertEquals("OK: All is well.", told(control("ready", "All is well.", null)));
        assertEquals("TEMPORARILY_UNAVAILABLE: a is connecting.",
                told(control("connecting", "a is connecting.", null)));
        assertEquals("CRITICAL: a is degraded: no topology. Look at the network.",
                told(control("degraded", "a is degraded: no topology.", "Look at the network.")));
        assertEquals("CRITICAL: a is stopped: disk full.", told(control("stopped", "a is stopped: disk full.", null)));
    }

    @Test
    void aCheckIsThereAsLongAsTheComponent() {
        HealthChecks checks = new HealthChecks(context(true), control("ready", "All is well.", null));
        assertEquals(1, registered.size());
        checks.close();
        assertEquals(List.of(), registered);
    }

    @Test
    void withoutTheApiThereIsNone() {
        HealthChecks checks = new HealthChecks(context(false), control("ready", "All is well.", null));
        assertEquals(List.of(), registered);
        checks.close();
    }

    @Test
    void thePropertiesAreThoseOfTheApi() {
        assertEquals(Set.of(HealthCheck.NAME, HealthCheck.TAGS, HealthCheck.MBEAN_NAME),
                HealthChecks.PROPERTIES.keySet());
    }
}
