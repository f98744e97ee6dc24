package org.cloakwork.control;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.osgi.framework.Bundle;

/** Services of which a test needs a method or two. */
final class Fakes {

    /** What a method answers with. */
    interface Answer {

        Object to(Object[] arguments) throws Exception;
    }

    private Fakes() {
    }

    /** @param answers by the names of methods; all others must not be called */
    static <T> T fake(Class<T> type, Map<String, Answer> answers) {
        InvocationHandler handler = (Object self, Method method, Object[] arguments) -> {
            Answer answer = answers.get(method.getName());
            if (answer == null) {
                throw new AssertionError(method + " is called");
            }
            return answer.to(arguments);
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, handler));
    }

    static Bundle bundle(int state) {
        return fake(Bundle.class, Map.of("getState", none -> state, "getBundleId", none -> 1L, "getLastModified",
                none -> 1L));
    }
}
