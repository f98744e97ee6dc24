package org.cloakwork.laboratory;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.Laboratory;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * The laboratory with the parts of the bundles that are installed. It makes its own of them: each with other settings.
 */
@Component(service = Laboratory.class)
public final class LaboratoryComponent implements Laboratory {

    private static final String SERVICES = "osgi.serviceloader";

    private final BundleContext context;
    private final ServiceComponentRuntime components;

    /**
     * @param context    where bundles are looked for
     * @param components where those that have no part factory say what parts they bring
     */
    @Activate
    public LaboratoryComponent(BundleContext context, @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.components = components;
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
                List<BundleCapability> said = revision.getDeclaredCapabilities(SERVICES).stream().filter(capability ->
                        PartFactory.class.getName().equals(capability.getAttributes().get(SERVICES))).toList();
                said.forEach(capability -> factories.add(factory(bundle, capability.getDirectives().get("register"))));
                if (said.isEmpty()) {
                    components.getComponentDescriptionDTOs(bundle).stream()
                            .filter(component -> component.properties.containsKey(PartFactory.KIND_PROPERTY))
                            .forEach(component -> factories.add(factory(loaded(bundle, component.implementationClass),
                                    component.implementationClass)));
                }
            }
        }
        return factories;
    }

    private static Class<?> loaded(Bundle bundle, String name) {
        try {
            return bundle.loadClass(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(bundle.getSymbolicName() + " has no class " + name, e);
        }
    }

    /** Of a part that is a component only, as {@code cloakwork new} makes it. */
    private static PartFactory<?> factory(Class<?> part, String name) {
        return new AnnotatedPartFactory<Object>(part, properties -> {
            try {
                return part.getConstructor(Map.class).newInstance(properties);
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof IllegalArgumentException wrong ? wrong
                        : new IllegalStateException(name + " failed: " + e.getCause(), e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(name + ": the laboratory needs a public class with a public "
                        + "constructor that takes a Map<String, Object>, and nothing else", e);
            }
        }) { };
    }

    private static PartFactory<?> factory(Bundle bundle, String name) {
        try {
            return (PartFactory<?>) bundle.loadClass(name).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(bundle.getSymbolicName() + " has no part factory " + name, e);
        }
    }
}
