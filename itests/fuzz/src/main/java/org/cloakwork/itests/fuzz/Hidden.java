package org.cloakwork.itests.fuzz;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Arrays;

/** Parsers that their module shows to nobody. */
public final class Hidden {

    private Hidden() {
    }

    /**
     * @param type       name of a class
     * @param name       of one of its methods
     * @param parameters how many it has
     * @return the method; of an object, the object comes first
     */
    public static MethodHandle method(String type, String name, int parameters) {
        try {
            Class<?> owner = Class.forName(type);
            Method found = Arrays.stream(owner.getDeclaredMethods())
                    .filter(method -> method.getName().equals(name) && method.getParameterCount() == parameters)
                    .findFirst().orElseThrow(() -> new IllegalStateException(type + " has no " + name));
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).unreflect(found);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param type       name of a class
     * @param parameters how many the constructor has
     * @return the constructor
     */
    public static MethodHandle constructor(String type, int parameters) {
        try {
            Class<?> owner = Class.forName(type);
            Constructor<?> found = Arrays.stream(owner.getDeclaredConstructors())
                    .filter(constructor -> constructor.getParameterCount() == parameters)
                    .findFirst().orElseThrow(() -> new IllegalStateException(type + " is not made so"));
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).unreflectConstructor(found);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param method    to call
     * @param arguments for it
     * @return what it returns
     * @throws Exception what it throws
     */
    public static Object call(MethodHandle method, Object... arguments) throws Exception {
        try {
            return method.invokeWithArguments(arguments);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
