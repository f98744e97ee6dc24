package org.cloakwork.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    /** Where a key is said, and with it what is wrong there. */
    interface Place {

        /**
         * @param key without what stands before it in the file
         * @param text what is wrong with it, and what is allowed
         */
        Problem problem(String key, String text);
    }

    /**
     * Looks at keys without a dot, as the parts do.
     *
     * @param place    names what is wrong
     * @param pid      of the configuration
     * @param values   by their keys; a blank one takes its default
     * @param required whether what must be said must be among them
     * @param more     further keys that are allowed
     * @param less     keys that are not, though the component knows them; they are not looked at
     * @return all that is wrong; nothing, too, if no bundle says anything of this configuration
     */
    List<Problem> check(Place place, String pid, Map<String, String> values, boolean required, Set<String> more,
                        Set<String> less) {
        return definition(pid).map(definition -> check(place, definition, values, required, more, less))
                .orElse(List.of());
    }

    private static List<Problem> check(Place place, ObjectClassDefinition definition, Map<String, String> values,
                                       boolean required, Set<String> more, Set<String> less) {
        List<Problem> wrong = new ArrayList<>();
        Set<String> mandatory = attributes(definition, ObjectClassDefinition.REQUIRED).map(AttributeDefinition::getID)
                .collect(Collectors.toSet());
        Set<String> known = new TreeSet<>(more);
        for (AttributeDefinition attribute : attributes(definition, ObjectClassDefinition.ALL).toList()) {
            String key = attribute.getID();
            if (less.contains(key)) {
                continue;
            }
            known.add(key);
            String value = values.getOrDefault(key, "").strip();
            if (value.isEmpty()) {
                if (required && mandatory.contains(key) && attribute.getDefaultValue() == null) {
                    wrong.add(place.problem(key, "missing; allowed is " + allowed(attribute)));
                }
            } else if (!isAllowed(attribute, value)) {
                wrong.add(place.problem(key, '"' + value + "\"; allowed is " + allowed(attribute)));
            }
        }
        values.keySet().stream().filter(key -> key.indexOf('.') < 0 && !known.contains(key) && !less.contains(key))
                .forEach(key -> wrong.add(place.problem(key, "unknown key" + Nearest.hint(key, known)
                        + "; allowed is the keys " + String.join(", ", known))));
        return wrong;
    }

    /** {@return the defaults of a configuration, by its keys; without those that have none} */
    Map<String, String> defaults(String pid) {
        Map<String, String> defaults = new TreeMap<>();
        definition(pid).stream().flatMap(definition -> attributes(definition, ObjectClassDefinition.ALL))
                .filter(attribute -> attribute.getDefaultValue() != null).forEach(attribute ->
                        defaults.put(attribute.getID(), String.join(",", attribute.getDefaultValue())));
        return defaults;
    }

    /** {@return the keys of a configuration} */
    Set<String> keys(String pid) {
        return definition(pid).stream().flatMap(definition -> attributes(definition, ObjectClassDefinition.ALL))
                .map(AttributeDefinition::getID).collect(Collectors.toCollection(TreeSet::new));
    }

    /** {@return the configurations that bundles say something of} */
    Set<String> pids() {
        Set<String> pids = new TreeSet<>();
        for (Bundle bundle : context.getBundles()) {
            information(bundle).ifPresent(information -> pids.addAll(Arrays.asList(information.getPids())));
        }
        return pids;
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
        return information(bundle).filter(information -> Stream.of(information.getPids(), information.getFactoryPids())
                .flatMap(Arrays::stream).anyMatch(pid::equals))
                .map(information -> information.getObjectClassDefinition(pid, null));
    }

    private Optional<MetaTypeInformation> information(Bundle bundle) {
        try {
            return Optional.ofNullable(metatype.getMetaTypeInformation(bundle));
        } catch (IllegalStateException e) {
            if (bundle.getState() == Bundle.UNINSTALLED) {
                // It went after it was listed, and has nothing to say any more.
                return Optional.empty();
            }
            throw e;
        }
    }
}
