package org.cloakwork.control;

import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.control.Control;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Registers {@link FelixHealth} where there is the API of Felix health checks; where there is none, does nothing. */
@Component(service = {})
public final class HealthChecks {

    private static final String API = "org.apache.felix.hc.api.HealthCheck";
    /** Of the API, which may be missing. */
    static final Map<String, Object> PROPERTIES =
            Map.of("hc.name", "Cloakwork", "hc.tags", new String[] {"cloakwork"}, "hc.mbean.name", "cloakwork");

    private final Optional<ServiceRegistration<?>> registration;

    /**
     * @param context of this bundle
     * @param control whom to ask
     */
    @Activate
    public HealthChecks(BundleContext context, @Reference Control control) {
        registration = isThere(context)
                ? Optional.of(context.registerService(API, new FelixHealth(control), new Hashtable<>(PROPERTIES)))
                : Optional.empty();
    }

    private static boolean isThere(BundleContext context) {
        try {
            context.getBundle().loadClass(API);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Deactivate
    void close() {
        registration.ifPresent(ServiceRegistration::unregister);
    }
}
