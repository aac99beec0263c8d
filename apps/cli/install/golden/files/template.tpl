apiVersion: kustomize.toolkit.fluxcd.io/v1beta1
kind: Kustomization
