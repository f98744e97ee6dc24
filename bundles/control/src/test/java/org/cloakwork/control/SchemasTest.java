package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
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

    @Test
    void aBundleThatGoesMeanwhileHasNothingToSay() {
        assertEquals(Optional.of("the.file: key: unknown key; allowed is the keys "),
                schemas(Fakes.bundle(Bundle.UNINSTALLED)).check("the.file", PID, Map.of("key", "value"))
                        .map(Problem::toString));
    }

    @Test
    void otherFaultsAreNotPassedOver() {
        Schemas schemas = schemas(Fakes.bundle(Bundle.ACTIVE));
        assertThrows(IllegalStateException.class, () -> schemas.check("the.file", PID, Map.of()));
    }
}
