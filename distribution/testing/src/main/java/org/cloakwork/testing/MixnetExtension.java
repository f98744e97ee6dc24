package org.cloakwork.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.util.function.Predicate;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ModifierSupport;

/** Does what {@link Mixnet} says; it registers this itself. */
final class MixnetExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NETWORKS =
            ExtensionContext.Namespace.create(MixnetExtension.class);

    MixnetExtension() {
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IllegalAccessException {
        set(context, context.getRequiredTestClass(), null, ModifierSupport::isStatic);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IllegalAccessException {
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            set(context, instance.getClass(), instance, field -> !ModifierSupport.isStatic(field));
        }
    }

    private static void set(ExtensionContext context, Class<?> type, Object instance, Predicate<Field> wanted)
            throws IllegalAccessException {
        for (Field field : AnnotationSupport.findAnnotatedFields(type, Mixnet.class, wanted,
                HierarchyTraversalMode.TOP_DOWN)) {
            if (field.getType() != LocalNetwork.class) {
                throw new ExtensionConfigurationException("@Mixnet stands at " + field + ", which is no LocalNetwork");
            }
            if (ModifierSupport.isFinal(field)) {
                throw new ExtensionConfigurationException("@Mixnet stands at " + field + ", which is final");
            }
            field.setAccessible(true);
            field.set(instance, start(AnnotationSupport.findAnnotation(field, Mixnet.class).orElseThrow(), context));
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.isAnnotated(Mixnet.class) && parameter.getParameter().getType() == LocalNetwork.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return start(parameter.findAnnotation(Mixnet.class).orElseThrow(), context);
    }

    @SuppressWarnings("deprecation") // JUnit closes an AutoCloseable from 5.13 on, and older ones are in use
    private static LocalNetwork start(Mixnet wanted, ExtensionContext context) {
        LocalNetwork network;
        try {
            network = LocalNetwork.builder().gateways(wanted.gateways()).mixesPerLayer(wanted.mixesPerLayer()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        context.getStore(NETWORKS).put(new Object(), (ExtensionContext.Store.CloseableResource) network::close);
        return network;
    }
}
