package org.cloakwork.spi.runtime;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes a part where there is no OSGi: found by {@link java.util.ServiceLoader}. Inside OSGi a Declarative Services
 * component registers the same part as a service.
 *
 * @param <T> the service interface of the part
 */
@ConsumerType
public interface PartFactory<T> {

    /** Service property of every part: {@code topology}, {@code transport}, {@code sphinx}, ... */
    String KIND_PROPERTY = "cloakwork.part";
    /** Service property of every part: its name within its kind. */
    String NAME_PROPERTY = "cloakwork.name";

    /** {@return the service interface of the part} */
    Class<T> type();

    /** {@return the name within its kind, as in {@code etc/cloakwork.cfg}} */
    String name();

    /**
     * Makes the part.
     *
     * @param configuration the part's own keys, as in {@code etc/<pid>.cfg}; keys left out take their defaults
     * @return the part; closed with the client if it is {@link AutoCloseable}
     * @throws IllegalArgumentException for an unknown key or a wrong value, naming key, value and what is allowed
     */
    T create(Map<String, String> configuration);
}
