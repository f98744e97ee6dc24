package org.cloakwork.itests.fuzz;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.wire.crypto.ReplyKey;

/** Compares what was read, byte arrays in records by their content. */
public final class Values {

    private static final ClassValue<Method[]> ACCESSORS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getAccessor)
                    .peek(accessor -> accessor.setAccessible(true)).toArray(Method[]::new);
        }
    };

    private Values() {
    }

    /**
     * @param expected one value
     * @param actual   another
     * @throws AssertionError if they are not the same
     */
    public static void requireSame(Object expected, Object actual) {
        if (!same(expected, actual)) {
            throw new AssertionError("written and read again, " + expected + " is " + actual);
        }
    }

    /**
     * @param expected bytes
     * @param actual   other bytes
     * @throws AssertionError if they are not the same
     */
    public static void requireSame(byte[] expected, byte[] actual) {
        if (!Arrays.equals(expected, actual)) {
            throw new AssertionError("from " + expected.length + " bytes " + actual.length + " others are written");
        }
    }

    /**
     * @param holds   what must be so
     * @param message what is the matter if it is not
     * @throws AssertionError if it is not
     */
    public static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }

    private static boolean same(Object one, Object other) {
        if (one == null || other == null) {
            return one == other;
        }
        return switch (one) {
            case byte[] bytes -> other instanceof byte[] others && Arrays.equals(bytes, others);
            case Record made -> made.getClass() == other.getClass() && sameComponents(made, other);
            case List<?> list -> other instanceof List<?> others && sameElements(list, others);
            case Optional<?> optional -> other instanceof Optional<?> another
                    && same(optional.orElse(null), another.orElse(null));
            case Map<?, ?> map -> other instanceof Map<?, ?> others && map.keySet().equals(others.keySet())
                    && map.keySet().stream().allMatch(key -> same(map.get(key), others.get(key)));
            case Surb surb -> other instanceof Surb another
                    && Arrays.equals(surb.bytes(), another.bytes());
            case ReplyKey key -> other instanceof ReplyKey another
                    && Arrays.equals(key.bytes(), another.bytes());
            case ReceivedMessage message -> other instanceof ReceivedMessage another
                    && same(message.origin(), another.origin()) && same(message.payload(), another.payload());
            default -> one.equals(other);
        };
    }

    private static boolean sameElements(List<?> one, List<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!same(one.get(i), other.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameComponents(Object one, Object other) {
        try {
            for (Method accessor : ACCESSORS.get(one.getClass())) {
                if (!same(accessor.invoke(one), accessor.invoke(other))) {
                    return false;
                }
            }
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
