package org.cloakwork.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The parts that the bundles bring, whether they can be used at this moment or not. */
final class Inventory {

    /** The kinds of which a client uses one each, by name, in the order people see them. */
    static final List<String> KINDS = PartKind.OF_A_CLIENT.stream().map(PartKind::name).toList();
    /** The kind of which it uses several. */
    static final String FRONT_END = PartKind.FRONT_END.name();

    /**
     * A part.
     *
     * @param bundle symbolic name and version
     * @param state  {@code available}, or why it is not
     */
    record Part(String kind, String name, String bundle, String state) {

        boolean isAvailable() {
            return state.equals("available");
        }
    }

    private final BundleContext context;
    private final ServiceComponentRuntime components;

    Inventory(BundleContext context, ServiceComponentRuntime components) {
        this.context = context;
        this.components = components;
    }

    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
            if (description.properties.get(PartFactory.KIND_PROPERTY) instanceof String kind
                    && description.properties.get(PartFactory.NAME_PROPERTY) instanceof String name) {
                parts.add(new Part(kind, name, description.bundle.symbolicName + " " + description.bundle.version,
                        state(components.getComponentConfigurationDTOs(description))));
            }
        }
        for (ServiceReference<?> reference
                : services("(&(" + PartFactory.KIND_PROPERTY + "=*)(!(component.name=*)))")) {
            parts.add(new Part(String.valueOf(reference.getProperty(PartFactory.KIND_PROPERTY)),
                    String.valueOf(reference.getProperty(PartFactory.NAME_PROPERTY)),
                    reference.getBundle().getSymbolicName() + " " + reference.getBundle().getVersion(), "available"));
        }
        parts.sort(Comparator.comparingInt((Part part) -> order(part.kind())).thenComparing(Part::kind)
                .thenComparing(Part::name));
        return parts;
    }

    private static int order(String kind) {
        int index = KINDS.indexOf(kind);
        return index < 0 ? KINDS.size() : index;
    }

    /** {@return under which PID a part is configured, if a component brings it} */
    Optional<String> pid(String kind, String name) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(description -> kind.equals(description.properties.get(PartFactory.KIND_PROPERTY))
                        && name.equals(description.properties.get(PartFactory.NAME_PROPERTY)))
                .flatMap(description -> Arrays.stream(description.configurationPid)).findFirst();
    }

    /** {@return whether a configuration is that of a front-end} */
    boolean isFrontEnd(String pid) {
        return components.getComponentDescriptionDTOs().stream()
                .anyMatch(description -> FRONT_END.equals(description.properties.get(PartFactory.KIND_PROPERTY))
                        && Arrays.asList(description.configurationPid).contains(pid));
    }

    /** {@return whether anything here takes a configuration} */
    boolean isConfigured(String pid) {
        return components.getComponentDescriptionDTOs().stream()
                .anyMatch(description -> Arrays.asList(description.configurationPid).contains(pid))
                || !services("(service.pid=" + pid.replaceAll("[\\\\*()]", "") + ")").isEmpty();
    }

    /** {@return the names of a kind, in their order} */
    SortedSet<String> names(String kind) {
        SortedSet<String> names = new TreeSet<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
            if (kind.equals(description.properties.get(PartFactory.KIND_PROPERTY))
                    && description.properties.get(PartFactory.NAME_PROPERTY) instanceof String name) {
                names.add(name);
            }
        }
        for (ServiceReference<?> reference : services("(" + PartFactory.KIND_PROPERTY + "=" + kind + ")")) {
            names.add(String.valueOf(reference.getProperty(PartFactory.NAME_PROPERTY)));
        }
        return names;
    }

    boolean has(String kind, String name) {
        return names(kind).contains(name);
    }

    List<ServiceReference<?>> clients() {
        return services("(objectClass=" + MixnetClient.class.getName() + ")");
    }

    private List<ServiceReference<?>> services(String filter) {
        try {
            ServiceReference<?>[] references = context.getAllServiceReferences(null, filter);
            return references == null ? List.of() : Arrays.asList(references);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String state(Collection<ComponentConfigurationDTO> configurations) {
        return configurations.stream().map(Inventory::state).min(Comparator.comparing(state ->
                !state.equals("available"))).orElse("not configured");
    }

    private static String state(ComponentConfigurationDTO configuration) {
        return switch (configuration.state) {
            case ComponentConfigurationDTO.ACTIVE, ComponentConfigurationDTO.SATISFIED -> "available";
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> "not configured";
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> "failed: " + message(configuration.failure);
            default -> "waits for " + Arrays.stream(configuration.unsatisfiedReferences)
                    .map(reference -> reference.name).collect(Collectors.joining(", "));
        };
    }

    /** What became of a configuration. */
    enum Outcome { UNKNOWN, TAKEN, FAILED }

    /**
     * @param outcome of a configuration that was given to its component
     * @param message of the component's failure
     */
    record Result(Outcome outcome, Optional<String> message) {
    }

    /**
     * @param pid      of a configuration
     * @param property of it that has this value in no other
     * @param value    of that property
     */
    Result result(String pid, String property, Object value) {
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
            if (Arrays.asList(description.configurationPid).contains(pid)) {
                for (ComponentConfigurationDTO dto : components.getComponentConfigurationDTOs(description)) {
                    if (value.equals(dto.properties.get(property))) {
                        return switch (dto.state) {
                            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                                    new Result(Outcome.FAILED, Optional.of(message(dto.failure)));
                            // It has not looked at it yet.
                            case ComponentConfigurationDTO.SATISFIED ->
                                    new Result(Outcome.UNKNOWN, Optional.empty());
                            default -> new Result(Outcome.TAKEN, Optional.empty());
                        };
                    }
                }
            }
        }
        return new Result(Outcome.UNKNOWN, Optional.empty());
    }

    /** The failure is a stack trace as text; what people need is the outermost message. */
    static String message(String stackTrace) {
        return stackTrace.lines().filter(line -> !line.startsWith("\t"))
                .map(line -> line.replaceFirst("^Caused by: ", "")).filter(line -> line.contains(": ")).findFirst()
                .map(line -> line.substring(line.indexOf(": ") + 2)).orElse("it failed without a message");
    }
}
