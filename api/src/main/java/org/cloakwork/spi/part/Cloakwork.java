package org.cloakwork.spi.part;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * What part a class is. On a Declarative Services component it gives the service its properties
 * {@code cloakwork.part} and {@code cloakwork.name}; without OSGi, {@link AnnotatedPartFactory} reads it.
 */
@Documented
@ComponentPropertyType
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Cloakwork {

    /** Of the properties. */
    String PREFIX_ = "cloakwork.";

    /** {@return the name of its {@link PartKind}} */
    String part();

    /** {@return its name within its kind, as in {@code etc/cloakwork.cfg}} */
    String name();
}
