package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.Laboratory;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The laboratory with the parts of the bundles that are installed. It makes its own of them: each with other settings.
 */
@Component(service = Laboratory.class)
public final class LaboratoryComponent implements Laboratory {

    private static final String SERVICES = "osgi.serviceloader";

    private final BundleContext context;

    /** @param context where bundles are looked for */
    @Activate
    public LaboratoryComponent(BundleContext context) {
        this.context = context;
    }

    @Override
    public Study study(Map<String, String> options) {
        return new LaboratoryImpl(new Installed(factories())).study(options);
    }

    private List<PartFactory<?>> factories() {
        List<PartFactory<?>> factories = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null && bundle.getState() != Bundle.INSTALLED) {
                for (BundleCapability capability : revision.getDeclaredCapabilities(SERVICES)) {
                    if (PartFactory.class.getName().equals(capability.getAttributes().get(SERVICES))) {
                        factories.add(factory(bundle, capability.getDirectives().get("register")));
                    }
                }
            }
        }
        return factories;
    }

    private static PartFactory<?> factory(Bundle bundle, String name) {
        try {
            return (PartFactory<?>) bundle.loadClass(name).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(bundle.getSymbolicName() + " has no part factory " + name, e);
        }
    }
}
