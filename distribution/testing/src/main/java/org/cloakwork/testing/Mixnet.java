package org.cloakwork.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Has JUnit start a {@link org.cloakwork.api.local.LocalNetwork}, and end it: on free ports of the loopback interface,
 * ready when the test begins, usable from several threads.
 *
 * <pre>{@code
 * @Mixnet
 * static LocalNetwork network;
 *
 * @Test
 * void aMessageArrives() throws Exception {
 *     try (MixnetClient client = MixnetClient.builder().network(network).start()) {
 *         client.awaitReady(Duration.ofSeconds(30));
 *     }
 * }
 * }</pre>
 *
 * <p>A static field is set before all tests of the class, and the network ends after all of them, those of nested
 * classes too. Another field is set before each test, and a parameter of a test or of {@code @BeforeEach} is given
 * then: each test has its own, which ends after it. A parameter of a constructor or of {@code @BeforeAll} ends after
 * all tests of the class.
 *
 * <p>A field may be private and must not be final; in a program of modules, its package is opened to
 * {@code cloakwork.testing}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE})
@ExtendWith(MixnetExtension.class)
@SuppressWarnings("exports") // JUnit makes it, nobody else
public @interface Mixnet {

    /** {@return how many gateways, 1 to 80} */
    int gateways() default 2;

    /** {@return how many mix nodes in each of the three layers, 1 to 80} */
    int mixesPerLayer() default 1;
}
