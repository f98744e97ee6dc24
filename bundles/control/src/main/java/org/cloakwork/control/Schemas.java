package org.cloakwork.control;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.cloakwork.spi.control.Control;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/**
 * What the bundles that are there say of their configurations: keys, types, limits (OSGi metatype). Not safe for use by
 * many threads.
 */
final class Schemas {

    private static final String HIDDEN = "(hidden)";

    private final BundleContext context;
    private final MetaTypeService metatype;
    /** Of the bundles that were there then. */
    private final Map<String, Optional<ObjectClassDefinition>> definitions = new HashMap<>();
    private long bundlesThen;

    Schemas(BundleContext context, MetaTypeService metatype) {
        this.context = context;
        this.metatype = metatype;
    }

    /**
     * Looks at keys without a dot, as the parts do.
     *
     * @param file   named in the problem
     * @param pid    of the configuration
     * @param values by their keys; a blank one takes its default
     * @return the first thing that is wrong; empty, too, if no bundle says anything of this configuration
     */
    Optional<Problem> check(String file, String pid, Map<String, String> values) {
        return definition(pid).flatMap(definition -> check(file, definition, values));
    }

    private static Optional<Problem> check(String file, ObjectClassDefinition definition, Map<String, String> values) {
        List<AttributeDefinition> required =
                attributes(definition, ObjectClassDefinition.REQUIRED).toList();
        List<AttributeDefinition> all =
                Stream.concat(required.stream(), attributes(definition, ObjectClassDefinition.OPTIONAL)).toList();
        for (AttributeDefinition attribute : all) {
            String value = values.getOrDefault(attribute.getID(), "").strip();
            if (value.isEmpty()) {
                if (required.contains(attribute) && attribute.getDefaultValue() == null) {
                    return Optional.of(Problem.wrong(file, attribute.getID(), "missing", allowed(attribute)));
                }
            } else if (!isAllowed(attribute, value)) {
                return Optional.of(Problem.wrong(file, attribute.getID(), '"' + value + '"', allowed(attribute)));
            }
        }
        Set<String> known = new TreeSet<>(all.stream().map(AttributeDefinition::getID).toList());
        return values.keySet().stream().filter(key -> key.indexOf('.') < 0 && !known.contains(key)).sorted().findFirst()
                .map(key -> Problem.wrong(file, key, "unknown key", "the keys " + String.join(", ", known)));
    }

    /**
     * @param pid    of a configuration
     * @param values in force
     * @return its keys, those first that must have a value
     */
    List<Control.Setting> settings(String pid, Map<String, String> values) {
        return definition(pid).stream().flatMap(definition -> attributes(definition, ObjectClassDefinition.ALL))
                .map(attribute -> new Control.Setting(attribute.getID(),
                        Optional.ofNullable(values.get(attribute.getID())).filter(value -> !value.isBlank())
                                .map(value -> isSecret(attribute) ? HIDDEN : value),
                        attribute.getDefaultValue() == null ? "" : String.join(",", attribute.getDefaultValue()),
                        describe(attribute))).toList();
    }

    private static boolean isSecret(AttributeDefinition attribute) {
        return attribute.getType() == AttributeDefinition.PASSWORD
                || attribute.getID().matches("(.*-)?(token|password|secret)");
    }

    private static String describe(AttributeDefinition attribute) {
        String description = String.valueOf(attribute.getDescription());
        String[] options = attribute.getOptionValues();
        return options == null || options.length == 0 ? description
                : description + " One of: " + String.join(", ", options) + ".";
    }

    private static Stream<AttributeDefinition> attributes(ObjectClassDefinition definition, int filter) {
        AttributeDefinition[] attributes = definition.getAttributeDefinitions(filter);
        return attributes == null ? Stream.of() : Arrays.stream(attributes);
    }

    private static boolean isAllowed(AttributeDefinition attribute, String value) {
        if (attribute.getType() == AttributeDefinition.BOOLEAN) {
            return value.equals("true") || value.equals("false");
        }
        // Null: the attribute allows whatever is of its type.
        String fault = attribute.validate(value);
        return fault == null || fault.isEmpty();
    }

    private static String allowed(AttributeDefinition attribute) {
        String[] options = attribute.getOptionValues();
        if (options != null && options.length > 0) {
            return String.join(", ", options);
        }
        if (attribute.getType() == AttributeDefinition.BOOLEAN) {
            return "true or false";
        }
        return String.valueOf(attribute.getDescription()).replaceFirst("\\.$", "");
    }

    private Optional<ObjectClassDefinition> definition(String pid) {
        long bundles = Arrays.stream(context.getBundles())
                .mapToLong(bundle -> bundle.getBundleId() * 31 + bundle.getLastModified()).sum();
        if (bundles != bundlesThen) {
            definitions.clear();
            bundlesThen = bundles;
        }
        return definitions.computeIfAbsent(pid, this::find);
    }

    private Optional<ObjectClassDefinition> find(String pid) {
        return Arrays.stream(context.getBundles()).flatMap(bundle -> find(pid, bundle).stream()).findFirst();
    }

    private Optional<ObjectClassDefinition> find(String pid, Bundle bundle) {
        try {
            MetaTypeInformation information = metatype.getMetaTypeInformation(bundle);
            return information != null && Stream.of(information.getPids(), information.getFactoryPids())
                    .flatMap(Arrays::stream).anyMatch(pid::equals)
                    ? Optional.of(information.getObjectClassDefinition(pid, null)) : Optional.empty();
        } catch (IllegalStateException e) {
            if (bundle.getState() == Bundle.UNINSTALLED) {
                // It went after it was listed, and has nothing to say any more.
                return Optional.empty();
            }
            throw e;
        }
    }
}
