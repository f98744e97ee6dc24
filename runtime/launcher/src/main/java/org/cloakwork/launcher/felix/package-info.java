/** The framework with the bundles of a distribution in it, and which of them are needed. */
package org.cloakwork.launcher.felix;
