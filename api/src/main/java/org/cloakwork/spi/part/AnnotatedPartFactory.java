package org.cloakwork.spi.part;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes a part whose class says with {@link Cloakwork} what it is, from the properties that the component runtime would
 * give it. Its subclass has a constructor without parameters, for {@link java.util.ServiceLoader}.
 *
 * @param <T> the service interface of the part
 */
@ConsumerType
public abstract class AnnotatedPartFactory<T> implements PartFactory<T> {

    private final PartKind<T> kind;
    private final String name;
    private final Function<Map<String, Object>, T> maker;

    /**
     * Makes parts of a class that says its kind and name itself.
     *
     * @param part  the class
     * @param maker mostly its constructor, given kind, name and configuration
     * @throws IllegalArgumentException if the class does not say what part it is, or is of another interface
     */
    protected AnnotatedPartFactory(Class<? extends T> part, Function<Map<String, Object>, T> maker) {
        Cloakwork said = part.getAnnotation(Cloakwork.class);
        if (said == null) {
            throw new IllegalArgumentException(part.getName() + " has no @Cloakwork");
        }
        kind = kind(said.part(), part);
        name = said.name();
        this.maker = Objects.requireNonNull(maker);
    }

    /** Of T: no part class has two of these interfaces. */
    @SuppressWarnings("unchecked")
    private static <T> PartKind<T> kind(String name, Class<? extends T> part) {
        return (PartKind<T>) PartKind.named(name).filter(kind -> kind.service().isAssignableFrom(part))
                .orElseThrow(() -> new IllegalArgumentException(part.getName() + ": @Cloakwork(part = \"" + name
                        + "\"): no kind of part, or not one with this interface; there are " + PartKind.ALL));
    }

    @Override
    public final Class<T> type() {
        return kind.service();
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final T create(Map<String, String> configuration) {
        Map<String, Object> properties = new HashMap<>(configuration);
        properties.put(KIND_PROPERTY, kind.name());
        properties.put(NAME_PROPERTY, name);
        configuration.keySet().stream().filter(key -> key.indexOf('.') >= 0).findFirst().ifPresent(key -> {
            throw PartConfiguration.ofProperties(properties).wrong(key, "unknown key", "a key without a dot");
        });
        return maker.apply(properties);
    }
}
