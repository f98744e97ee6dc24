package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

class SchemasTest {

    private static final String PID = "org.example";

    private final Bundle there = Fakes.bundle(Bundle.ACTIVE);

    /** @param first listed before the bundle that knows the configuration, and no longer usable */
    private Schemas schemas(Bundle first) {
        ObjectClassDefinition nothing = Fakes.fake(ObjectClassDefinition.class,
                Map.of("getAttributeDefinitions", filter -> new AttributeDefinition[0]));
        MetaTypeInformation information = Fakes.fake(MetaTypeInformation.class, Map.of("getPids",
                none -> new String[]{PID}, "getFactoryPids", none -> new String[0], "getObjectClassDefinition",
                pid -> nothing));
        return new Schemas(Fakes.fake(BundleContext.class, Map.of("getBundles", none -> new Bundle[]{first, there})),
                Fakes.fake(MetaTypeService.class, Map.of("getMetaTypeInformation", arguments -> {
                    if (arguments[0] == first) {
                        throw new IllegalStateException("The bundle is uninstalled.");
                    }
                    return information;
                })));
    }

    private static List<String> check(Schemas schemas, Map<String, String> values) {
        return schemas.check((key, text) -> new Problem("the.file", 7, key + ": " + text), PID, values, true,
                Set.of("kez"), Set.of("hidden")).stream().map(Problem::toString).toList();
    }

    @Test
    void aBundleThatGoesMeanwhileHasNothingToSay() {
        assertEquals(List.of("the.file:7: key: unknown key; did you mean kez?; allowed is the keys kez"),
                check(schemas(Fakes.bundle(Bundle.UNINSTALLED)), Map.of("key", "value", "hidden", "value")));
    }

    @Test
    void otherFaultsAreNotPassedOver() {
        Schemas schemas = schemas(Fakes.bundle(Bundle.ACTIVE));
        assertThrows(IllegalStateException.class, () -> check(schemas, Map.of()));
    }
}
